"""The stack `local`: made when missing, updated, asked for what it deployed."""

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
"""Newest files of each stack's history, two for each run, and of its backups, one for each run."""


@dataclass(frozen=True)
class Update:
    """What one `pulumi up` did, read from the events it wrote."""

    changes: Counter[str]
    """Resources by operation: `same`, `create`, `update`, `replace`, ..."""
    outputs: dict[str, Any]

    @property
    def changed_nothing(self) -> bool:
        return set(self.changes) <= {"same"}


def exists(layout: Layout) -> bool:
    return _state_file(layout).exists()


def export(layout: Layout) -> dict[str, Any]:
    """What `pulumi stack export` gives, read from the file backend in no time."""
    state = json.loads(_state_file(layout).read_text())
    return {"version": state["version"], "deployment": state["checkpoint"].get("latest")}


def last_update_failed(layout: Layout) -> bool:
    """Whether the newest run in the file backend's history is anything but an update that succeeded."""
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
    """Delete what Pulumi's file backend would keep without end: a copy or two of the whole state for each run."""
    for kind in ("history", "backups"):
        for folder in (layout.backend / ".pulumi" / kind).glob("*/*/"):
            for file in sorted(folder.iterdir())[:-MAX_RUN_FILES]:  # their names have the time
                file.unlink(missing_ok=True)


def resources(layout: Layout) -> list[dict[str, Any]]:
    """Those in the stack's state."""
    deployment = export(layout)["deployment"] or {}
    found: list[dict[str, Any]] = deployment.get("resources") or []
    return found


def is_protected(layout: Layout) -> bool:
    """Whether Pulumi would refuse to destroy it."""
    return any(resource.get("protect") for resource in resources(layout))


def pending(layout: Layout) -> list[dict[str, Any]]:
    """What a run was creating when it was killed: these may be there, or may not."""
    operations = (export(layout)["deployment"] or {}).get("pending_operations") or []
    return [operation["resource"] for operation in operations if operation["type"] == "creating"]


def outputs(layout: Layout) -> dict[str, dict[str, str]]:
    """By module: functionName, aliasArn, version, imageUri, digest, tag, logGroup, ..."""
    found: dict[str, dict[str, str]] = {}
    for resource in resources(layout):
        if resource["type"] == STACK_TYPE:
            found = resource.get("outputs", {})
    return found


def update_of(event_log: Path) -> Update:
    """Read the events of a finished `pulumi up --event-log`."""
    changes: Counter[str] = Counter()
    outputs: dict[str, Any] = {}
    for event in events_in(event_log):
        if summary := event.get("summaryEvent"):
            changes.update(summary["resourceChanges"])
        metadata = event.get("resOutputsEvent", {}).get("metadata", {})
        if metadata.get("type") == STACK_TYPE:
            outputs = metadata["new"]["outputs"]
    return Update(changes, outputs)
