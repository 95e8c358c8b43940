import json
from pathlib import Path
from typing import Any

from sandbox.stack import update_of

STACK = "pulumi:pulumi:Stack"


def log_of(tmp_path: Path, *events: dict[str, Any]) -> Path:
    log = tmp_path / "events.jsonl"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return log


def summary(**changes: int) -> dict[str, Any]:
    return {"summaryEvent": {"resourceChanges": changes}}


def outputs(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"type": kind, "new": {"outputs": values}}}}


def test_an_update_with_nothing_but_same_resources_changed_nothing(tmp_path: Path) -> None:
    assert update_of(log_of(tmp_path, summary(same=35))).changed_nothing


def test_an_update_that_touches_one_resource_changed_something(tmp_path: Path) -> None:
    assert not update_of(log_of(tmp_path, summary(same=34, update=1))).changed_nothing


def test_the_outputs_are_the_stacks(tmp_path: Path) -> None:
    log = log_of(tmp_path, outputs("aws:iam/role:Role", {"arn": "x"}), outputs(STACK, {"thumbnail": {"version": "3"}}))
    assert update_of(log).outputs == {"thumbnail": {"version": "3"}}
