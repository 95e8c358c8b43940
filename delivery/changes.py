"""Why modules would be built: what differs between the content that `live` serves and the checkout's.

`pulumi preview --diff` shows the same within the whole record of a module's content; this is the difference alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

RECORD = "pulumi:index:Stash"
SUFFIX = "-served"
SHOWN = 20
"""Differences that are named for one module; of more there is only the number."""


def content_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By module, from the events of a preview (`pulumi preview --event-log`): `~ app.py`, `+ new.py`, `- old.py`."""
    found = {}
    for event in events:
        step = event.get("resourcePreEvent", {}).get("metadata", {})
        name = step.get("urn", "").rpartition("::")[2]
        if step.get("type") == RECORD and name.endswith(SUFFIX) and step["op"] in ("create", "update"):
            old = step["old"]["inputs"]["input"] if step.get("old") else None
            found[name.removesuffix(SUFFIX)] = _differences(old, step["new"]["inputs"]["input"])
    return found


def _differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    if old is None:
        return ["+ a new module"]
    before, after = _flat(old), _flat(new)
    lines = [
        f"{'~' if name in before and name in after else '+' if name in after else '-'} {name}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"... and {more} more"]


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    arguments = {f"build argument {name}": value for name, value in (record.get("args") or {}).items()}
    others = {name: record[name] for name in ("platform", "target") if record.get(name)}
    return {**(record.get("files") or {}), **arguments, **others}
