"""The example module that posts alarms to a chat."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.receiver import receiving

HANDLER = Path(__file__).parents[2] / "examples" / "alarm-chat" / "handler.py"
ALARM = {
    "AlarmName": "shop-prod-orders-errors",
    "AlarmDescription": "1 or more calls ended in an error within five minutes",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed",
}
"""Of what CloudWatch sends, what the module uses."""


@pytest.fixture
def chat() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of a webhook, and what is posted there."""
    posted: list[dict[str, Any]] = []

    with receiving(posted.append) as url:
        yield url, posted


def handled(monkeypatch: pytest.MonkeyPatch, url: str, kind: str, *alarms: dict[str, Any]) -> Any:
    monkeypatch.setenv("FORMAT", kind)
    handler = runpy.run_path(str(HANDLER))
    handler["handle"].__globals__["webhook"] = lambda: url
    return handler["handle"]({"Records": [{"Sns": {"Message": json.dumps(alarm)}} for alarm in alarms]}, None)


def test_slack_is_told_the_state_the_name_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, chat: tuple[str, list[dict[str, Any]]]
) -> None:
    url, posted = chat
    ended = {**ALARM, "NewStateValue": "OK", "AlarmDescription": None}
    assert handled(monkeypatch, url, "slack", ALARM, ended) == {"posted": 2}
    assert posted == [
        {
            "text": "ALARM: shop-prod-orders-errors\n1 or more calls ended in an error within five minutes\n"
            "Threshold Crossed"
        },
        {"text": "OK: shop-prod-orders-errors\nThreshold Crossed"},
    ]


def test_teams_is_told_the_same_in_a_card(
    monkeypatch: pytest.MonkeyPatch, chat: tuple[str, list[dict[str, Any]]]
) -> None:
    url, posted = chat
    handled(monkeypatch, url, "teams", ALARM)
    (attachment,) = posted[0]["attachments"]
    texts = [block["text"] for block in attachment["content"]["body"]]
    assert texts == ["ALARM: shop-prod-orders-errors", ALARM["AlarmDescription"], "Threshold Crossed"]


def test_a_message_that_cannot_be_posted_fails_the_call_so_that_sns_sends_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(OSError):
        handled(monkeypatch, "http://127.0.0.1:9/", "slack", ALARM)
