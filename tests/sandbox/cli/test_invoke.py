import json

import pytest
from typer.testing import CliRunner

from sandbox.cli import invoke
from sandbox.cli.app import app
from sandbox.engine import stack_settings


@pytest.fixture(autouse=True)
def _asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--print` prints what the event would be made of."""

    def event(_: object, module: str, event: str | None, sample: str | None) -> bytes:
        return json.dumps({"module": module, "event": event, "sample": sample}).encode()

    monkeypatch.setattr(invoke, "event_for", event)
    monkeypatch.setattr(stack_settings, "ensure", lambda layout: None)


def asked(*arguments: str) -> tuple[str | None, str | None]:
    answer = json.loads(CliRunner().invoke(app, ["invoke", "--print", *arguments]).stdout)
    assert answer["module"] == "orders"
    return answer["event"], answer["sample"]


@pytest.mark.parametrize(
    ("arguments", "sample"),
    [
        (["orders"], None),
        (["orders", "--sample"], ""),
        (["--sample=", "--", "orders"], ""),
        (["--sample", "--", "orders"], ""),
        (["orders", "--sample", "queue:new"], "queue:new"),
    ],
)
def test_a_sample_needs_no_value_if_another_option_or_nothing_follows(arguments: list[str], sample: str | None) -> None:
    assert asked(*arguments) == (None, sample)


@pytest.mark.parametrize("event", ["-", '{"a": 1}', "file.json"])
def test_an_event_may_be_standard_input_text_or_a_file(event: str) -> None:
    assert asked("orders", "--event", event) == (event, None)
    assert asked(f"--event={event}", "--", "orders") == (event, None)


def test_an_event_and_a_sample_are_refused_together() -> None:
    refused = CliRunner().invoke(app, ["invoke", "orders", "--event", "{}", "--sample", "queue"])
    assert refused.exit_code == 2
    assert "either an event or a sample" in " ".join(refused.stderr.replace("│", "").split())
