"""The stack `local`: creates it, and reads its state, its history and the events of its updates."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.unfinished import STACK_TYPE
from sandbox.engine.event_log import events_in
from sandbox.layout import Layout
from sandbox.process import run

STACK = "local"
PROJECT = "lambda-images"
MAX_RUN_FILES = 20
"""How many files of the stack's history (two for each run) and of its backups (one for each run) are kept."""


@dataclass(frozen=True)
class Update:
    """What one `pulumi up` did, according to its events."""

    changes: Counter[str]
    """The number of resources by operation: `same`, `create`, `update`, `replace`, ..."""
    outputs: dict[str, Any]
    """Of each module."""

    @property
    def changed_nothing(self) -> bool:
        return set(self.changes) <= {"same"}


def exists(layout: Layout) -> bool:
    return _state_file(layout).exists()


def export(layout: Layout) -> dict[str, Any]:
    """Return what `pulumi stack export` prints. Reading the backend's file is much faster than the command."""
    state = json.loads(_state_file(layout).read_text())
    return {"version": state["version"], "deployment": state["checkpoint"].get("latest")}


def last_update_failed(layout: Layout) -> bool:
    """Return whether the last run in the backend's history is anything other than a successful update."""
    history = layout.backend / ".pulumi" / "history" / PROJECT / STACK
    newest = max(history.glob("*.history.json"), key=lambda file: file.name, default=None)
    if newest is None:
        return False
    run = json.loads(newest.read_text())
    return (run["kind"], run["result"]) != ("update", "succeeded")


def _state_file(layout: Layout) -> Path:
    return layout.backend / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"


def ensure(layout: Layout, environ: Mapping[str, str]) -> None:
    if not exists(layout):
        layout.backend.mkdir(parents=True, exist_ok=True)
        run(["pulumi", "stack", "init", STACK], env=environ, cwd=layout.project)


def delete_old_runs(layout: Layout) -> None:
    """Delete old copies of the state. Pulumi's file backend would keep one or two for each run forever."""
    for kind in ("history", "backups"):
        for folder in (layout.backend / ".pulumi" / kind).glob("*/*/"):
            for file in sorted(folder.iterdir())[:-MAX_RUN_FILES]:  # their names have the time
                file.unlink(missing_ok=True)


def resources(layout: Layout) -> list[dict[str, Any]]:
    """Return the resources of the stack's state."""
    deployment = export(layout)["deployment"] or {}
    found: list[dict[str, Any]] = deployment.get("resources") or []
    return found


def is_protected(layout: Layout) -> bool:
    """Return whether Pulumi would refuse to destroy the stack."""
    return any(resource.get("protect") for resource in resources(layout))


def pending(layout: Layout) -> list[dict[str, Any]]:
    """Return the resources that a run was creating when it was killed. They may or may not exist."""
    operations = (export(layout)["deployment"] or {}).get("pending_operations") or []
    return [operation["resource"] for operation in operations if operation["type"] == "creating"]


def outputs(layout: Layout) -> dict[str, dict[str, str]]:
    """Return the outputs of each module: functionName, aliasArn, version, imageUri, digest, tag, logGroup, ..."""
    found: dict[str, dict[str, str]] = {}
    for resource in resources(layout):
        if resource["type"] == STACK_TYPE:
            found = _of_modules(resource.get("outputs", {}))
    return found


def _of_modules(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the outputs of the stack as a whole, such as `alarmTopic`, which are texts."""
    return {name: its for name, its in outputs.items() if isinstance(its, Mapping)}


def update_of(event_log: Path) -> Update:
    """Read the events of a finished `pulumi up --event-log`."""
    changes: Counter[str] = Counter()
    outputs: dict[str, Any] = {}
    for event in events_in(event_log):
        if summary := event.get("summaryEvent"):
            changes.update(summary["resourceChanges"])
        metadata = event.get("resOutputsEvent", {}).get("metadata", {})
        if metadata.get("type") == STACK_TYPE:
            outputs = _of_modules(metadata["new"]["outputs"])
    return Update(changes, outputs)
