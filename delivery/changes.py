"""What an update would do to each module, and why: from a preview's events, and from the records of what is served.

`pulumi preview --diff` shows the same within the whole record of a module's content; this is the difference alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.printable import printable
from delivery.unfinished import STASH_TYPE, logical_name, module_of

SERVED_SUFFIX = "-served"
MAX_DIFFERENCES = 20
"""Differences that are named for one module; of more there is only the number."""

NEW = ["+ a new module"]
KEPT = " (kept in AWS)"

MARKS = {"create": "+", "update": "~", "replace": "~", "delete": "-"}

Record = Mapping[str, Any]
"""Of the content that a module was built from: files with their hashes, args, target, platform."""


def content_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By module, from the events of a preview (`pulumi preview --event-log`): `~ app.py`, `+ new.py`, `- old.py`."""
    found = {}
    for step in _steps(events):
        name = logical_name(step["urn"])
        if step["type"] == STASH_TYPE and name.endswith(SERVED_SUFFIX) and step["op"] in ("create", "update"):
            old = step["old"]["inputs"]["input"] if step.get("old") else None
            found[name.removesuffix(SERVED_SUFFIX)] = differences(old, step["new"]["inputs"]["input"])
    return found


def other_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By module, what changes of its resources: `~ function: memorySize, timeout`, `+ role`, `- alias`."""
    found: dict[str, dict[str, None]] = {}
    steps = list(_steps(events))
    parents = {step["urn"]: _parent(step) for step in steps}
    for step in steps:
        module = module_of(_parent(step), parents)
        if step["op"] in MARKS and module:
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
    """`~ function: memorySize, timeout`; `- logs (kept in AWS)` for what leaves the state alone."""
    properties = ", ".join(map(printable, sorted(step.get("detailedDiff") or {})))
    what = printable(logical_name(step["urn"]).removeprefix(prefix))
    if step["op"] == "delete" and (step.get("old") or {}).get("retainOnDelete"):
        what += KEPT
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
        logical_name(resource["urn"]).removesuffix(SERVED_SUFFIX): resource["inputs"]["input"]
        for resource in resources
        if resource["type"] == STASH_TYPE and resource["urn"].endswith(SERVED_SUFFIX) and not resource.get("delete")
    }


def differences(old: Record | None, new: Record) -> list[str]:
    """`~ app.py`, `+ new.py`, `- old.py`, `~ run.sh (mode only: 0644 -> 0755)`, `~ build argument A`, `~ platform`."""
    if old is None:
        return NEW
    before, after, modes = _flat(old), _flat(new), dict(_modes(old, new))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    lines = [
        f"{'~' if name in before and name in after else '+' if name in after else '-'} {printable(name)}"
        + (f" (mode only: {modes[name][0]} -> {modes[name][1]})" if name in modes else "")
        for name in names
    ]
    if lines and {*names} == modes.keys() and all(map(_by_umask, modes.values())):
        lines = ["only modes differ, as another umask sets them: use the same umask wherever you deploy from", *lines]
    more = len(lines) - MAX_DIFFERENCES
    return lines if more <= 0 else [*lines[:MAX_DIFFERENCES], f"... and {more} more"]


def _modes(old: Record, new: Record) -> Iterator[tuple[str, tuple[str, str]]]:
    """Files of which the mode alone differs, with both."""
    before, after = old.get("files") or {}, new.get("files") or {}
    for name in before.keys() & after.keys():
        (mode, digest), (now, digest_now) = before[name].split(" "), after[name].split(" ")
        if digest == digest_now and mode != now:
            yield name, (mode, now)


def _by_umask(modes: tuple[str, str]) -> bool:
    """Whether they differ in the rights of group and others only, which a umask takes away."""
    return all(mode.isdigit() for mode in modes) and (int(modes[0], 8) ^ int(modes[1], 8)) & ~0o077 == 0


def _flat(record: Record) -> dict[str, str]:
    arguments = {f"build argument {name}": value for name, value in (record.get("args") or {}).items()}
    others = {name: record[name] for name in ("platform", "target") if record.get(name)}
    return {**(record.get("files") or {}), **arguments, **others}


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event)
