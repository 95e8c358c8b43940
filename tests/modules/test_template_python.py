"""The image `_templates/python`, as Lambda would run it."""

import json
from pathlib import Path

import pytest

from sandbox.layout import PROJECT
from tests.answers import assert_same_answer
from tests.modules.running import Load, Running

MODULE = "_templates/python"
EVENTS = PROJECT / "modules" / MODULE / "events"


@pytest.mark.parametrize("expected", sorted(EVENTS.glob("*.expected.json")), ids=lambda file: file.name.split(".")[0])
def test_a_sample_event_gets_the_expected_answer(module: Running, expected: Path) -> None:
    event = json.loads((EVENTS / expected.name.replace(".expected", "")).read_text())
    assert_same_answer(module.invoke(event), json.loads(expected.read_text()))


def test_an_event_without_a_name_is_refused_in_a_sentence(module: Running) -> None:
    answer = module.invoke({"name": 7})
    assert answer["errorType"] == "ValueError"
    assert answer["errorMessage"] == 'the event needs "name": whom to greet'


def test_it_does_not_run_as_root(module: Running) -> None:
    assert module.user == "65534:65534"


def test_the_handler_greets(load: Load) -> None:
    handler = load("handler.py")
    assert handler.handle({"name": "you"}, None) == {"greeting": "Hello, you!"}
