"""Parts of what `pulumi preview --json --show-sames` prints."""

import json
from collections.abc import Mapping
from typing import Any

from delivery.report.reading import Preview, read_preview

PROJECT = "urn:pulumi:dev::lambda-images"
STACK = f"{PROJECT}::pulumi:pulumi:Stack::lambda-images-dev"
MODULE_TYPE = "lambda-images:index:LambdaModule"

Step = dict[str, Any]


def module(name: str, op: str = "same") -> Step:
    """The step of a module's component."""
    return _step(op, f"{PROJECT}::{MODULE_TYPE}::{name}", MODULE_TYPE, STACK)


def root(**outputs: Any) -> Step:
    """The step of the stack, with its outputs after the last update."""
    step = _step("update", STACK, "pulumi:pulumi:Stack", "")
    return step | {"oldState": {**step["oldState"], "outputs": outputs}}


def resource(
    name: str, kind: str, op: str, *, of: str = "thumbnail", old: Any = None, new: Any = None, **more: Any
) -> Step:
    """The step of a resource of a module, whose inputs are `old` and `new`. `more` is about its states."""
    urn = f"{PROJECT}::{MODULE_TYPE}${kind}::{name}"
    parent = f"{PROJECT}::{MODULE_TYPE}::{of}"
    paths = sorted({*(old or {}), *(new or {})})
    differing = [path for path in paths if (old or {}).get(path) != (new or {}).get(path)]
    step = _step(op, urn, kind, parent, old or {}, new or {}, {"custom": True, **more})
    return step | {"detailedDiff": {path: {"kind": "update"} for path in differing}}


def shared(name: str, kind: str, op: str, **more: Any) -> Step:
    """The step of a resource that belongs to no module."""
    return _step(op, f"{PROJECT}::{kind}::{name}", kind, STACK, {}, {}, {"custom": True, **more})


def served(files: Mapping[str, str], before: Mapping[str, str] | None, of: str = "thumbnail") -> Step:
    """The step of the record of what a module serves."""
    old = None if before is None else {"input": {"files": dict(before)}}
    step = resource(
        f"{of}-served",
        "pulumi:index:Stash",
        "update" if old else "create",
        of=of,
        old=old,
        new={"input": {"files": files}},
    )
    return step if old else {**step, "oldState": None}


def promoted(before: str | None, after: str, of: str = "thumbnail") -> Step:
    """The step of the record of an image that another stack hands over."""
    old = None if before is None else {"input": {"image": before, "stack": "dev"}}
    op, new = "update" if old else "create", {"input": {"image": after, "stack": "dev"}}
    step = resource(f"{of}-promoted", "pulumi:index:Stash", op, of=of, old=old, new=new)
    return step if old else {**step, "oldState": None}


def function(old: Mapping[str, Any], new: Mapping[str, Any], of: str = "thumbnail") -> Step:
    return resource(f"{of}-function", "aws:lambda/function:Function", "update", of=of, old=old, new=new)


def diagnostic(message: str, severity: str = "error", of: str = "") -> dict[str, str]:
    urn = f"{PROJECT}::{MODULE_TYPE}$lambda-images:index:ImageFunction::{of}" if of else STACK
    return {"urn": urn, "message": f"{severity}: {message}", "severity": severity}


def preview(*steps: Step, stack: str = "dev", diagnostics: Any = (), code: int = 0) -> Preview:
    """A preview that printed these steps."""
    return read_preview(stack, json.dumps({"steps": steps, "diagnostics": list(diagnostics)}), code=code)


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _step(
    op: str,
    urn: str,
    kind: str,
    parent: str,
    old: Any = None,
    new: Any = None,
    more: Mapping[str, Any] | None = None,
) -> Step:
    state = {"urn": urn, "type": kind, "parent": parent, **(more or {})}
    return {
        "op": op,
        "urn": urn,
        "oldState": None if op == "create" else {**state, "inputs": old or {}},
        "newState": None if op == "delete" else {**state, "inputs": new or {}},
        "detailedDiff": None,
    }
