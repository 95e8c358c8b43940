"""What an update would do to each module, and why: from a preview's events, and from the records of what is served.

`pulumi preview --diff` shows the same within the whole record of a module's content; this is the difference alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from delivery.unfinished import logical_name

RECORD = "pulumi:index:Stash"
SUFFIX = "-served"
SHOWN = 20
"""Differences that are named for one module; of more there is only the number."""

NEW = ["+ a new module"]

MARKS = {"create": "+", "update": "~", "replace": "~", "delete": "-"}

Record = Mapping[str, Any]
"""Of the content that a module was built from: files with their hashes, args, target, platform."""


def content_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By module, from the events of a preview (`pulumi preview --event-log`): `~ app.py`, `+ new.py`, `- old.py`."""
    found = {}
    for step in _steps(events):
        name = logical_name(step["urn"])
        if step["type"] == RECORD and name.endswith(SUFFIX) and step["op"] in ("create", "update"):
            old = step["old"]["inputs"]["input"] if step.get("old") else None
            found[name.removesuffix(SUFFIX)] = differences(old, step["new"]["inputs"]["input"])
    return found


def other_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By module, what changes of its resources: `~ function: memorySize, timeout`, `+ role`, `- alias`."""
    found: dict[str, dict[str, None]] = {}
    for step in _steps(events):
        parent = _parent(step)
        if step["op"] in MARKS and ":LambdaModule" in parent:
            module = logical_name(parent)
            found.setdefault(module, {})[_described(step, f"{module}-")] = None
    return {module: list(lines) for module, lines in found.items()}


def stack_changes(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """What changes of the resources that belong to no module, such as the dashboard: `~ monitoring-dashboard`."""
    return [
        _described(step)
        for step in _steps(events)
        if step["op"] in MARKS and ":LambdaModule" not in step["urn"] and _is_in_the_cloud(step)
    ]


def _described(step: Mapping[str, Any], prefix: str = "") -> str:
    """`~ function: memorySize, timeout`"""
    properties = ", ".join(sorted(step.get("detailedDiff") or {}))
    what = logical_name(step["urn"]).removeprefix(prefix)
    return f"{MARKS[step['op']]} {what}" + (f": {properties}" if properties else "")


def _parent(step: Mapping[str, Any]) -> str:
    """The URN of its resource's parent."""
    return str((step.get("new") or step.get("old") or {}).get("parent", ""))


def _is_in_the_cloud(step: Mapping[str, Any]) -> bool:
    """Whether it is a resource that a provider makes: neither the provider itself nor a component."""
    custom = (step.get("new") or step.get("old") or {}).get("custom")
    return bool(custom) and not step["type"].startswith("pulumi:")


def served_records(resources: Iterable[Mapping[str, Any]]) -> dict[str, Record]:
    """By module, from a stack's state: what `live` serves."""
    return {
        logical_name(resource["urn"]).removesuffix(SUFFIX): resource["inputs"]["input"]
        for resource in resources
        if resource["type"] == RECORD and resource["urn"].endswith(SUFFIX) and not resource.get("delete")
    }


def differences(old: Record | None, new: Record) -> list[str]:
    """`~ app.py`, `+ new.py`, `- old.py`, `~ build argument A`, `~ platform`."""
    if old is None:
        return NEW
    before, after = _flat(old), _flat(new)
    lines = [
        f"{'~' if name in before and name in after else '+' if name in after else '-'} {name}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"... and {more} more"]


def _flat(record: Record) -> dict[str, str]:
    arguments = {f"build argument {name}": value for name, value in (record.get("args") or {}).items()}
    others = {name: record[name] for name in ("platform", "target") if record.get(name)}
    return {**(record.get("files") or {}), **arguments, **others}


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event)
