import json
from pathlib import Path
from typing import Any

from sandbox.engine.stack import MAX_RUN_FILES, delete_old_runs, update_of
from sandbox.layout import Layout

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


def test_the_outputs_are_those_of_the_stacks_modules(tmp_path: Path) -> None:
    of_stack = outputs(STACK, {"alarmTopic": "arn:aws:sns:...", "thumbnail": {"version": "3"}})
    log = log_of(tmp_path, outputs("aws:iam/role:Role", {"arn": "x"}), of_stack)
    assert update_of(log).outputs == {"thumbnail": {"version": "3"}}


def test_the_files_of_old_runs_go_and_the_state_stays(tmp_path: Path) -> None:
    layout = Layout(project=tmp_path, home=tmp_path, tools=tmp_path)
    state = layout.backend / ".pulumi" / "stacks" / "lambda-images" / "local.json"
    folders = [layout.backend / ".pulumi" / kind / "lambda-images" / "local" for kind in ("history", "backups")]
    for folder in (state.parent, *folders):
        folder.mkdir(parents=True)
    state.touch()
    for folder in folders:
        for number in range(MAX_RUN_FILES + 5):
            (folder / f"local-{1000 + number}.history.json").touch()
    delete_old_runs(layout)
    kept = [f"local-{1005 + number}.history.json" for number in range(MAX_RUN_FILES)]
    assert [sorted(file.name for file in folder.iterdir()) for folder in folders] == [kept, kept]
    assert state.exists()


def test_a_stack_without_a_run_has_nothing_to_forget(tmp_path: Path) -> None:
    delete_old_runs(Layout(project=tmp_path, home=tmp_path, tools=tmp_path))
