import json
from pathlib import Path

from sandbox.engine.event_log import events_in


def test_a_run_that_wrote_none_has_none(tmp_path: Path) -> None:
    assert list(events_in(tmp_path / "missing.jsonl")) == []


def test_a_line_that_a_killed_run_did_not_finish_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text('{"sequence": 1}\n{"sequence": 2, "times')
    assert list(events_in(log)) == [{"sequence": 1}]


def test_a_text_may_have_what_some_take_for_the_end_of_a_line(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    event = {"message": "next\x85line\u2028separator\r"}
    log.write_text(json.dumps(event, ensure_ascii=False) + "\n")
    assert list(events_in(log)) == [event]
