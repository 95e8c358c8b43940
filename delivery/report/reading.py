"""Reads the output of `pulumi preview --json --show-sames`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from components.served import MODULE_TYPE
from delivery.unfinished import STACK_TYPE, logical_name, module_of

Step = Mapping[str, Any]
"""What would happen to one resource: op, urn, type, old, new, detailedDiff. `old` and `new` are its states."""

_PREDICATE = re.compile(r"(?:warning: )?\S+ (?:is (?P<hold>held at .*)|has a (?P<canary>canary of .*))")
"""Warnings of components/function/function.py."""
_DENIED = re.compile(
    r"(?:warning: )?(?P<module>\S+): the permissions boundary denies what the role's policy allows: (?P<what>.*)"
    r"\. Allow it in .*"
)
"""The warnings of components/function/boundary.py."""


@dataclass(frozen=True)
class Preview:
    """What a preview of one stack found."""

    stack: str
    steps: Sequence[Step] = ()
    """Sorted by module and URN, because the order in which the engine finds them varies."""
    errors: Sequence[str] = ()
    """Why the preview failed. Empty if it succeeded."""
    failed_modules: frozenset[str] = frozenset()
    """The modules that errors are about, as far as errors are about one."""
    denied: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By module, what the permissions boundary denies of its permissions, such as `s3:PutObject on *`."""
    warnings: Sequence[str] = ()
    """What the program warns of before it creates anything, such as files that only this checkout has."""
    served: Mapping[str, str] = field(default_factory=dict)
    """What is unusual about what modules serve, such as `held at 3 instead of 4 ...` or `canary of 4 at 10% ...`."""

    @property
    def events(self) -> list[dict[str, Any]]:
        """The steps as an event log has them, for `delivery.changes`."""
        return [{"resourcePreEvent": {"metadata": step}} for step in self.steps]

    @cached_property
    def modules(self) -> dict[str, str]:
        """What would happen to each module's component: `same`, `update`, `create` or `delete`."""
        return {logical_name(step["urn"]): step["op"] for step in self.steps if step["type"] == MODULE_TYPE}

    @cached_property
    def _parents(self) -> dict[str, str]:
        return {step["urn"]: str(state_of(step).get("parent", "")) for step in self.steps}

    def module_of(self, urn: str) -> str:
        """Return the module that has the resource, or an empty text if no module has it."""
        return module_of(urn, self._parents) or ""


def read_preview(stack: str, output: str, errors: str = "", code: int = 0) -> Preview:
    """Read the standard output, the standard error and the exit code of a preview."""
    try:
        digest = json.loads(output)
    except ValueError:
        digest = None
    if not isinstance(digest, dict):
        return Preview(stack, errors=[errors.strip() or output.strip() or "The preview has no output."])
    diagnostics = digest.get("diagnostics") or []
    messages = [_message(each) for each in diagnostics if _is_error(each, code)]
    if code != 0 and not messages:
        messages = [errors.strip() or f"`pulumi preview` failed with exit code {code}."]
    preview = Preview(stack, [_step(step) for step in digest.get("steps") or []], list(dict.fromkeys(messages)))
    failed = {preview.module_of(each.get("urn") or "") for each in diagnostics if each.get("severity") == "error"}
    warned = {
        preview.module_of(each.get("urn") or ""): predicate
        for each in diagnostics
        if (predicate := _predicate(each.get("message") or ""))
    }
    served = {**dict(_last_served(preview)), **warned}
    steps = sorted(
        preview.steps, key=lambda step: ((module := preview.module_of(step["urn"])) == "", module, step["urn"])
    )
    found = (_DENIED.fullmatch((each.get("message") or "").strip()) for each in diagnostics)
    denied = {each["module"]: each["what"].split("; ") for each in found if each}
    return replace(
        preview,
        steps=steps,
        failed_modules=frozenset(failed - {""}),
        warnings=shared_warnings(diagnostics),
        served=served,
        denied=denied,
    )


def shared_warnings(diagnostics: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the warnings that are about no resource, each once."""
    found = (str(each.get("message") or "").strip() for each in diagnostics if _is_shared_warning(each))
    return list(dict.fromkeys(message.removeprefix("warning: ") for message in found))


def _is_shared_warning(diagnostic: Mapping[str, Any]) -> bool:
    urn = diagnostic.get("urn") or ""
    return diagnostic.get("severity") == "warning" and (not urn or f"::{STACK_TYPE}::" in urn)


def _last_served(preview: Preview) -> Iterator[tuple[str, str]]:
    """Yield what is unusual about what changing modules served after the last update, from the stack's outputs.

    The program warns of it, but if a module gets a new version, only once that version is known.
    """
    changing = {preview.module_of(step["urn"]) for step in preview.steps if step["op"] != "same"}
    for step in preview.steps:
        outputs = (step.get("old") or {}).get("outputs") or {} if step["type"] == STACK_TYPE else {}
        for module in changing & outputs.keys():
            if isinstance(outputs[module], Mapping) and (
                text := outputs[module].get("held") or outputs[module].get("canary")
            ):
                yield module, str(text)


def state_of(step: Step) -> Mapping[str, Any]:
    """Return the state that the resource would have, or of a deleted one, the state that it has."""
    return step.get("new") or step.get("old") or {}


def inputs(step: Step, which: str) -> Mapping[str, Any]:
    """Return the inputs of the `old` or the `new` state."""
    return (step.get(which) or {}).get("inputs") or {}


def differing(step: Step) -> Iterable[str]:
    """Return the paths of the properties that differ, sorted."""
    return sorted(step.get("detailedDiff") or {})


def _step(step: Mapping[str, Any]) -> Step:
    old, new = step.get("oldState"), step.get("newState")
    return {
        "op": step["op"],
        "urn": step["urn"],
        "type": (new or old or {}).get("type", ""),
        "old": old,
        "new": new,
        "detailedDiff": step.get("detailedDiff") or {key: {} for key in step.get("diffReasons") or []},
    }


def _is_error(diagnostic: Mapping[str, Any], code: int) -> bool:
    """What the program itself prints before it fails has the severity `info#err`, as its other output to stderr has."""
    printed = diagnostic.get("severity") == "info#err"
    said = str(diagnostic.get("message") or "").startswith("error: ")
    return diagnostic.get("severity") == "error" or (printed and (code != 0 or said))


def _message(diagnostic: Mapping[str, Any]) -> str:
    return str(diagnostic.get("message") or "").removeprefix("error: ").strip()


def _predicate(message: str) -> str:
    found = _PREDICATE.fullmatch(message.strip())
    return str(found["hold"] or found["canary"]) if found else ""
