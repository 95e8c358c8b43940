from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from delivery.stack import Stack
from operations import functions
from operations.functions import Functions, shortened
from operations.target import Target

CLIENTS: dict[str, object] = {}
TARGET = Target(Stack("x", "dev", "x-dev", CLIENTS.__getitem__), Path(), CLIENTS.__getitem__)


def event(at: int, message: str) -> dict[str, Any]:
    return {"logStreamName": "a", "timestamp": at, "message": message}


def test_a_followed_log_has_each_line_once_and_a_repeated_line_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([
        [event(1, "begin"), event(2, "again"), event(2, "again")],
        [event(2, "again"), event(2, "again"), event(2, "again"), event(3, "end")],
    ])  # fmt: skip
    client = Functions(TARGET)
    monkeypatch.setattr(functions, "POLL_INTERVAL_SECONDS", 0)
    monkeypatch.setattr(client, "_log_events", lambda group, start: [e for e in next(looks) if e["timestamp"] >= start])
    shown = list(islice(client.log_lines("group", follow=True, since=None), 5))
    assert shown == ["begin", "again", "again", "again", "end"]


def test_long_texts_are_cut_wherever_they_are() -> None:
    answer = {"pictures": [{"data": "x" * 1000}], "width": 3}
    assert shortened(answer) == {"pictures": [{"data": f"{'x' * 24}... (1,000 characters)"}], "width": 3}


@pytest.mark.parametrize("answer", [None, True, 1.5, "short", [], {"a": "b"}])
def test_a_short_answer_stays_as_it_is(answer: object) -> None:
    assert shortened(answer) == answer
