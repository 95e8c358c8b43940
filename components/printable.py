"""Makes text from outside, such as file names and logs, safe to show in a terminal or a CI log."""

import re
from collections.abc import Sequence

_MAX_NAMED = 5
"""How many files or folders a message names. The others are counted."""

_HIDDEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
"""Characters that move the cursor, change colours, end a line or change the direction of text, and lone surrogates."""
_NOT_IN_A_LINE = re.compile(f"[\t\n{_HIDDEN}]")
_NOT_IN_LINES = re.compile(f"[{_HIDDEN}]")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

_COMMAND = re.compile(r"^([^\S\n]*):(?=:[A-Za-z])|#(?=#\[)", re.MULTILINE)
"""Workflow commands of GitHub Actions: `::error::` at the beginning of a line, and `##[error]` anywhere in it.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""


def printable(text: object) -> str:
    """The text as one line, with control characters escaped as in JSON, so that JSON stays the same document."""
    return _without_commands(_NOT_IN_A_LINE.sub(_escaped, str(text)))


def printable_lines(text: str) -> str:
    """The text with control characters escaped, except line breaks and tabs."""
    return _without_commands(_NOT_IN_LINES.sub(_escaped, text.replace("\r\n", "\n")))


def quoted(text: str) -> str:
    """Lines from outside, marked so that they can't be mistaken for lines of the message around them."""
    return "\n".join(f"  | {line}".rstrip() for line in printable_lines(text).split("\n"))


def named(paths: Sequence[str]) -> str:
    """The first paths, and how many more there are."""
    more = len(paths) - _MAX_NAMED
    return ", ".join(map(printable, paths[:_MAX_NAMED])) + (f" and {more} more" if more > 0 else "")


def _escaped(char: re.Match[str]) -> str:
    return _SHORT.get(char[0]) or f"\\u{ord(char[0]):04x}"


def _without_commands(text: str) -> str:
    return _COMMAND.sub(lambda found: (found[1] or "") + f"\\u{ord(found[0][-1]):04x}", text)
