import json
import re
from pathlib import Path
from typing import Any

from sandbox.engine.event_log import events_in, lines, was_cancelled, write_transcript

URN = "urn:pulumi:local::lambda-images::docker:index/image:Image::thumbnail-image"


def event(**kind: Any) -> dict[str, Any]:
    return {"sequence": 1, "timestamp": 1795379196, **kind}


def diagnostic(message: str, severity: str) -> dict[str, Any]:
    return event(diagnosticEvent={"urn": URN, "message": message, "severity": severity})


def done(kind: str, op: str) -> dict[str, Any]:
    return event(**{kind: {"metadata": {"op": op, "urn": URN}}})


def texts(*events: dict[str, Any]) -> list[str]:
    return [line.split("  ", 1)[1] for line in lines(events)]


def test_every_line_of_a_build_is_there_without_pulumis_marks_for_colours() -> None:
    assert texts(diagnostic("<{%reset%}>[2/5] COPY app.py ./<{%reset%}>\n", "info#err")) == [
        "thumbnail-image  [2/5] COPY app.py ./"
    ]


def test_each_line_of_a_longer_message_has_its_time_and_its_resource() -> None:
    shown = list(lines([diagnostic("it failed:\n  | oh dear", "error")]))
    assert [re.sub(r"^\d\d:\d\d:\d\d", "TIME", line) for line in shown] == [
        "TIME  thumbnail-image  error: it failed:",
        "TIME  thumbnail-image    | oh dear",
    ]


def test_what_was_done_is_there_and_what_stays_the_same_is_not() -> None:
    assert texts(
        done("resourcePreEvent", "same"),
        done("resourcePreEvent", "update"),
        done("resOpFailedEvent", "update"),
        done("resOutputsEvent", "create"),
    ) == ["thumbnail-image  update", "thumbnail-image  update failed", "thumbnail-image  create done"]


def test_a_run_that_wrote_no_events_leaves_an_empty_log(tmp_path: Path) -> None:
    write_transcript(tmp_path / "missing.jsonl", tmp_path / "up.log")
    assert (tmp_path / "up.log").read_text() == ""


def test_a_ctrl_c_that_pulumi_read_from_the_terminal_is_known_from_the_events(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(json.dumps(event(cancelEvent={})) + "\n")
    assert not was_cancelled(log)
    stopped = event(stdoutEvent={"message": "^C received; cancelling. If you would like ...\n", "color": "always"})
    log.write_text(json.dumps(stopped) + "\n")
    assert was_cancelled(log)


def test_a_run_that_wrote_none_has_none(tmp_path: Path) -> None:
    assert list(events_in(tmp_path / "missing.jsonl")) == []


def test_a_line_that_a_killed_run_did_not_finish_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text('{"sequence": 1}\n{"sequence": 2, "times')
    assert list(events_in(log)) == [{"sequence": 1}]


def test_a_text_may_have_what_some_take_for_the_end_of_a_line(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    written = {"message": "next\x85line\u2028separator\r"}
    log.write_text(json.dumps(written, ensure_ascii=False) + "\n")
    assert list(events_in(log)) == [written]
