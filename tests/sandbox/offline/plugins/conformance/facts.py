"""Compares the facts in a response with the recorded ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc

from tests.sandbox.offline.plugins.conformance.masks import differences, filled
from tests.sandbox.offline.plugins.conformance.recording import Values
from tests.sandbox.offline.plugins.engine import Diff

NEWER = {"bucketRegion", "region", "responseStreamingInvokeArn", "secretArn"}
"""Outputs that pulumi-aws 7 has, but the recorded provider didn't have."""


@dataclass
class Thing:
    """A created resource, as the engine stores it."""

    name: str
    program: Values
    """The inputs in the program."""
    inputs: Values
    """The checked inputs."""
    id: str
    state: Values

    @property
    def generated(self) -> str:
        return str(self.inputs.get("name", ""))


def attempted(rpc: Callable[[], Any]) -> Any:
    """Returns the response, or the message of the error."""
    try:
        return rpc()
    except grpc.RpcError as error:
        return str(error.details())


def patched(inputs: Values, patch: Values, generated: str = "") -> Values:
    merged = {**inputs, **filled(patch, generated)}
    return {name: value for name, value in merged.items() if value != "<removed>"}


def without_newer(values: Values) -> Values:
    return {name: value for name, value in values.items() if name not in NEWER}


def lasting(values: Values) -> Values:
    """Returns the values without times in seconds, which may or may not change between two calls."""
    return {name: value for name, value in values.items() if name != "lastModified"}


def changes(before: Values, after: Values) -> Values:
    """Returns the values before and after, by property, if they differ."""
    return {
        name: {"before": before.get(name, "<absent>"), "after": after.get(name, "<absent>")}
        for name in {*before, *after} - NEWER
        if any(differences(before.get(name, "<absent>"), after.get(name, "<absent>"), name))
    }


def changes_differences(expected: Values, before: Values, after: Values, path: str) -> list[str]:
    """Compares the changes, without those between empty and absent values."""
    recorded = {name: change for name, change in expected.items() if _is_change(change)}
    return list(differences(recorded, changes(before, after), path))


def _is_change(change: Values) -> bool:
    """Whether a value changed. A mask such as `<timestamp>` is the same before and after, but stands for two values."""
    before, after = ({"": change[when]} for when in ("before", "after"))
    return any(differences(before, after, "change")) or str(change["before"]).startswith("<t")


def preview_differences(expected: Values, preview: Values) -> list[str]:
    unknown = sorted(name for name, value in without_newer(preview).items() if "<unknown>" in repr(value))
    known = {name: value for name, value in without_newer(preview).items() if name not in unknown}
    return [
        *differences(sorted(expected["unknown"]), unknown, "preview.unknown"),
        *differences({"known": expected["known"]}, {"known": known}, "preview"),
    ]


def preview_update_differences(expected: Values, state: Values, preview: Values) -> list[str]:
    unknown = sorted(name for name, value in without_newer(preview).items() if "<unknown>" in repr(value))
    after = {name: change["after"] for name, change in changes(state, preview).items() if name not in unknown}
    absent = sorted(name for name, value in after.items() if value == "<absent>")
    changed = {name: value for name, value in after.items() if name not in absent}
    return [
        *differences(sorted(expected["unknown"]), unknown, "previewUpdate.unknown"),
        *differences(expected["changed"], changed, "previewUpdate.changed"),
        *differences(expected.get("absent", []), absent, "previewUpdate.absent"),
    ]


def diff_differences(expected: Values, diff: Diff) -> list[str]:
    return [
        *differences(expected["verdict"], diff.verdict, "diff.verdict"),
        *differences(sorted(expected.get("replaces", [])), diff.replaces, "diff.replaces"),
        *differences(sorted(expected.get("diffs", [])), diff.diffs, "diff.diffs"),
    ]
