import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.printable import printable, printable_lines, quoted

HOSTILE = st.text(st.sampled_from("a:#[ \n\r\t\x1b\x9b\x85\u202e\u2028\ud800é😀\xa0") | st.characters(), max_size=30)


def hidden(text: str) -> list[str]:
    """Characters that move the cursor, part lines or turn the direction of text."""
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return [
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(char) in turning
        or char in "\u061c\u200e\u200f"
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("café 😀 日本 \u200d", "café 😀 日本 \u200d"),
        ("\x1b[31mred\x07", r"\u001b[31mred\u0007"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x9b2J", r"\u009b2J"),
        ("\x7f", r"\u007f"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("\ud800", r"\ud800"),
        ("::error::x", r"\u003a:error::x"),
        (" \xa0::set-output name=a::b", " \xa0\\u003a:set-output name=a::b"),
        ("a ##[error]x", r"a \u0023#[error]x"),
        ("::1", "::1"),
        ("urn:pulumi:a::b", "urn:pulumi:a::b"),
        ("## [a]", "## [a]"),
    ],
)
def test_what_can_not_be_seen_is_written_out_and_all_else_stays(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_and_tabs_may_stay() -> None:
    assert printable_lines("a\r\n\tb\n::error::c\rd") == "a\n\tb\n\\u003a:error::c\\rd"


def test_quoted_lines_can_not_be_taken_for_the_messages_own() -> None:
    assert quoted("error: x\n  -> run this\r\n\n::error::y") == (
        "  | error: x\n  |   -> run this\n  |\n  | \\u003a:error::y"
    )


@given(HOSTILE)
def test_no_text_does_anything_to_a_terminal_or_a_runner(text: str) -> None:
    assert hidden(printable(text)) == []
    assert set(hidden(printable_lines(text))) <= {"\n", "\t"}
    for shown in (printable(text), printable_lines(text), quoted(text)):
        shown.encode()
        assert "##[" not in shown
        assert not [line for line in shown.split("\n") if line.lstrip()[:2] == "::" and line.lstrip()[2:3].isalpha()]


@given(HOSTILE)
def test_json_stays_the_same_document(text: str) -> None:
    written = json.dumps({text: [text]}, indent=2, ensure_ascii=False)
    assert json.loads(printable_lines(written)) == {text: [text]}


@given(HOSTILE)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert printable_lines(printable_lines(text)) == printable_lines(text)
