"""Describes what an update would do to each module and why, from a preview's events and from the served records.

`pulumi preview --diff` shows a module's whole content record. This module shows only what differs.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.printable import printable
from components.served import PROMOTED_SUFFIX, RECORD_SUFFIX
from delivery.unfinished import STASH_TYPE, logical_name, module_of

MAX_DIFFERENCES = 20
"""How many differences are listed for one module. The others are only counted."""

NEW = ["+ a new module"]
KEPT = " (kept in AWS)"

BY_UMASK = (
    "only modes differ, as another umask sets them: deploy with the same umask everywhere, such as 022, "
    "and run chmod -R u=rwX,go=rX on the folder"
)
BY_MODE = (
    "only modes differ: git keeps only whether a file is executable, so correct that with git add --chmod=+x or -x, "
    "and the rest with chmod"
)

MARKS = {"create": "+", "update": "~", "replace": "~", "delete": "-"}

_ALL = ("*",)
_FOLLOWING = {
    "build": _ALL,
    "image": _ALL,
    "+ image": _ALL,
    "- image": _ALL,
    "function": ("description", "imageUri"),
    "smoke": ("qualifier", "triggers.lastModified"),
    "live": ("description", "functionVersion", "routingConfig"),
    "promoted": _ALL,
    "+ promoted": _ALL,
    "promoted-by": _ALL,
    "+ promoted-by": _ALL,
    "served": _ALL,
}
"""The properties that always change with a new image, by resource."""

Record = Mapping[str, Any]
"""The content that a module was built from: files with their hashes, args, target, platform, perhaps context."""


def content_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return changed files by module, from a preview's `--event-log`: `~ app.py`, `+ new.py`, `- old.py`."""
    found = {}
    for step in _steps(events):
        name = logical_name(step["urn"])
        if step["type"] == STASH_TYPE and name.endswith(RECORD_SUFFIX) and step["op"] in ("create", "update"):
            old = step["old"]["inputs"]["input"] if step.get("old") else None
            found[name.removesuffix(RECORD_SUFFIX)] = differences(old, step["new"]["inputs"]["input"])
    return found


def promotions(events: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return by module the images that another stack hands over: the one before, or an empty text, and the new one."""
    found = {}
    for step in _steps(events):
        name = logical_name(step["urn"])
        if step["type"] == STASH_TYPE and name.endswith(PROMOTED_SUFFIX) and step["op"] in ("create", "update"):
            before, after = (
                ((step.get(which) or {}).get("inputs") or {}).get("input") or {} for which in ("old", "new")
            )
            found[name.removesuffix(PROMOTED_SUFFIX)] = str(before.get("image", "")), str(after.get("image", ""))
    return found


def other_changes(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return changed resources by module: `~ function: memorySize, timeout`, `+ role`, `- alias`."""
    found: dict[str, dict[str, None]] = {}
    steps = list(_steps(events))
    parents = {step["urn"]: _parent(step) for step in steps}
    for step in steps:
        module = module_of(_parent(step), parents)
        if step["op"] in MARKS and module:
            found.setdefault(module, {})[_described(step, f"{module}-")] = None
    return {module: list(lines) for module, lines in found.items()}


def besides_image(changes: Iterable[str]) -> Iterator[str]:
    """Yield those of a module's `other_changes` that do not result from its new image."""
    for change in changes:
        what, _, properties = change.partition(": ")
        following = _FOLLOWING.get(what.removeprefix("~ "), ())
        others = [name for name in properties.split(", ") if name not in following]
        if others and following != _ALL:
            yield f"{what}: {', '.join(others)}".removesuffix(": ")


def stack_changes(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return changed resources that belong to no module, such as the dashboard: `~ monitoring-dashboard`."""
    return [
        _described(step)
        for step in _steps(events)
        if step["op"] in MARKS and ":LambdaModule" not in step["urn"] and _is_in_the_cloud(step)
    ]


def _described(step: Mapping[str, Any], prefix: str = "") -> str:
    """`~ function: memorySize, timeout`, or `- logs (kept in AWS)` for a resource that only the state forgets."""
    properties = ", ".join(map(printable, sorted(step.get("detailedDiff") or {})))
    what = printable(logical_name(step["urn"]).removeprefix(prefix))
    if step["op"] == "delete" and (step.get("old") or {}).get("retainOnDelete"):
        what += KEPT
    return f"{MARKS[step['op']]} {what}" + (f": {properties}" if properties else "")


def _parent(step: Mapping[str, Any]) -> str:
    """Return the URN of the parent of the step's resource."""
    return str((step.get("new") or step.get("old") or {}).get("parent", ""))


def _is_in_the_cloud(step: Mapping[str, Any]) -> bool:
    """Return whether a provider creates the resource: it is neither a provider nor a component."""
    custom = (step.get("new") or step.get("old") or {}).get("custom")
    return bool(custom) and not step["type"].startswith("pulumi:")


def served_records(resources: Iterable[Mapping[str, Any]]) -> dict[str, Record]:
    """Return the record of what `live` serves by module, from a stack's state."""
    return {
        logical_name(resource["urn"]).removesuffix(RECORD_SUFFIX): resource["inputs"]["input"]
        for resource in resources
        if resource["type"] == STASH_TYPE and resource["urn"].endswith(RECORD_SUFFIX) and not resource.get("delete")
    }


def differences(old: Record | None, new: Record) -> list[str]:
    """`~ app.py`, `+ new.py`, `- old.py`, `~ build argument A`, `~ platform`, `~ run.sh (mode only: 0644 -> 0755)`.

    Differences of modes alone come last, and a sentence says so if there are no others.
    """
    if old is None:
        return NEW
    before, after, modes = _flat(old), _flat(new), dict(_modes(old, new))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    lines = [
        f"{'~' if name in before and name in after else '+' if name in after else '-'} {printable(name)}"
        for name in names
        if name not in modes
    ]
    lines += (
        f"~ {printable(name)} (mode only: {modes[name][0]} -> {modes[name][1]})" for name in names if name in modes
    )
    if lines and {*names} == modes.keys():
        lines = [BY_UMASK if all(map(_by_umask, modes.values())) else BY_MODE, *lines]
    more = len(lines) - MAX_DIFFERENCES
    return lines if more <= 0 else [*lines[:MAX_DIFFERENCES], f"... and {more} more"]


def _modes(old: Record, new: Record) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the files that differ only in their mode, with both modes."""
    before, after = old.get("files") or {}, new.get("files") or {}
    for name in before.keys() & after.keys():
        (mode, digest), (now, digest_now) = before[name].split(" "), after[name].split(" ")
        if digest == digest_now and mode != now:
            yield name, (mode, now)


def _by_umask(modes: tuple[str, str]) -> bool:
    """Return whether two modes differ only in the permissions of group and others, which a umask removes."""
    return all(mode.isdigit() for mode in modes) and (int(modes[0], 8) ^ int(modes[1], 8)) & ~0o077 == 0


def _flat(record: Record) -> dict[str, str]:
    arguments = {f"build argument {name}": value for name, value in (record.get("args") or {}).items()}
    others = {name: record[name] for name in ("context", "platform", "target") if record.get(name)}
    mounts = record.get("mounts") or {}
    secrets = {f"build secret {name}": "" for name in mounts.get("secrets", [])}
    ssh = {"SSH agent": ""} if mounts.get("ssh") else {}
    return {**(record.get("files") or {}), **arguments, **secrets, **ssh, **others}


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event)
