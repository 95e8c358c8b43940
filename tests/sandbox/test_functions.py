import json
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.functions import LARGEST_EVENT, event_in, shortened


def test_an_event_is_sent_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(b'{ "a": 1.0 }\n')
    assert event_in(file) == b'{ "a": 1.0 }\n'


def test_an_event_that_is_no_json_is_refused_with_the_place_of_the_fault(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"a": }')
    with pytest.raises(SandboxError, match=r"event\.json is no JSON.*column 7"):
        event_in(file)


def test_an_event_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"none\.json"):
        event_in(tmp_path / "none.json")


@pytest.mark.parametrize(("size", "fits"), [(LARGEST_EVENT, True), (LARGEST_EVENT + 1, False)])
def test_an_event_may_be_as_large_as_lambda_takes(tmp_path: Path, size: int, fits: bool) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps("x" * (size - 2)))
    if fits:
        assert len(event_in(file)) == size
    else:
        with pytest.raises(SandboxError, match="6,291,457 bytes"):
            event_in(file)


def test_long_texts_are_cut_wherever_they_are() -> None:
    answer = {"pictures": [{"data": "x" * 1000}], "width": 3}
    assert shortened(answer) == {"pictures": [{"data": f"{'x' * 60}... (1,000 characters)"}], "width": 3}


@pytest.mark.parametrize("answer", [None, True, 1.5, "short", [], {"a": "b"}])
def test_a_short_answer_stays_as_it_is(answer: object) -> None:
    assert shortened(answer) == answer
