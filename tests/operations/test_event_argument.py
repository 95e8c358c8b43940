import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.files.json_document import MAX_EVENT_BYTES
from operations.event_argument import event_of

NOTHING = io.BytesIO()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def event_in(file: Path) -> bytes:
    return event_of(str(file), NOTHING)


def refusal(event: Path | str, stdin: bytes = b"") -> str:
    with pytest.raises(ComponentError) as refused:
        event_of(str(event), io.BytesIO(stdin))
    return str(refused.value)


def test_an_event_is_sent_byte_for_byte(file: Path) -> None:
    file.write_bytes(b'{ "a": 1.0 }\n')
    assert event_in(file) == b'{ "a": 1.0 }\n'


def test_an_event_that_is_no_json_is_refused_with_the_place_of_the_fault(file: Path) -> None:
    file.write_text('{\n  "a": ]\n}')
    assert refusal(file).splitlines() == [
        f"not JSON: {file}, line 2, column 8: Expecting value",
        '    "a": ]',
        "         ^",
    ]


@pytest.mark.parametrize("event", ["", '{"a": "' + "x" * 100])
def test_a_line_that_is_empty_or_too_long_to_be_read_is_not_shown(file: Path, event: str) -> None:
    file.write_text(event)
    assert len(refusal(file).splitlines()) == 1


@pytest.mark.parametrize(
    ("event", "fault"),
    [(b'{"a": NaN}', "NaN is not valid JSON"), (b'{"a": "\xff"}', "can't decode byte 0xff in position 7")],
)
def test_what_only_python_would_take_is_refused_too(file: Path, event: bytes, fault: str) -> None:
    file.write_bytes(event)
    assert fault in refusal(file)


def test_an_event_that_is_not_there_is_named(file: Path) -> None:
    assert refusal(file).startswith(f"the event {file} can't be read: No such file or directory: name a JSON file, ")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda file: file.symlink_to("/dev/zero")])
def test_an_event_that_is_no_file_is_refused_without_waiting_for_it(file: Path, make: Callable[[Path], None]) -> None:
    make(file)
    assert refusal(file).startswith(f"the event {file} is not a file: name a JSON file, ")


def test_an_event_of_the_users_may_lie_anywhere_and_be_a_link(
    file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "event.json"
    elsewhere.write_text("{}")
    file.symlink_to(elsewhere)
    assert event_in(file) == b"{}"


def test_an_event_of_a_terabyte_is_not_read(file: Path) -> None:
    with file.open("w") as event:
        event.truncate(10**12)
    assert "has 1,000,000,000,000 bytes; Lambda takes events of up to 6,291,456" in refusal(file)


@pytest.mark.parametrize(
    ("event", "fault"),
    [("[" * 10**5, "it has more than 100 levels"), ("9" * 10**5, "a number has 100,000 digits, and it may have 400")],
)
def test_an_event_that_python_fails_at_is_refused(file: Path, event: str, fault: str) -> None:
    file.write_text(event)
    assert fault in refusal(file)


@pytest.mark.parametrize(("size", "fits"), [(MAX_EVENT_BYTES, True), (MAX_EVENT_BYTES + 1, False)])
def test_an_event_may_be_as_large_as_lambda_takes(file: Path, size: int, fits: bool) -> None:
    file.write_text(json.dumps("x" * (size - 2)))
    if fits:
        assert len(event_in(file)) == size
    else:
        assert "has 6,291,457 bytes; Lambda takes events of up to 6,291,456" in refusal(file)


@pytest.mark.parametrize("text", ['{"a": 1.0 }', " [1]\n", '"text"', '{"a": "\N{SNOWMAN}"}'])
def test_json_text_is_an_event_as_it_is(text: str) -> None:
    assert event_of(text, NOTHING) == text.encode()


def test_standard_input_is_an_event_as_it_is() -> None:
    assert event_of("-", io.BytesIO(b' {"a": 1}\n')) == b' {"a": 1}\n'


def test_what_is_wrong_with_text_and_standard_input_is_said() -> None:
    assert refusal('{"a": }') == 'not JSON: the event, line 1, column 7: Expecting value\n  {"a": }\n        ^'
    assert refusal("-", b"") == "not JSON: standard input, line 1, column 1: Expecting value"
    assert refusal('{"a": "\udcff"}').startswith("not JSON: the event: ")
    assert "standard input has more bytes; Lambda takes events of up to 6,291,456" in refusal("-", b" " * 10_000_000)
