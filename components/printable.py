"""Text of others, such as names of files, logs and answers, in a form that can be shown in a terminal or a CI log."""

import re

_HIDDEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
"""What moves the cursor, recolours, ends a line, or turns the direction of what follows; halves of surrogate pairs."""
_NOT_IN_A_LINE = re.compile(f"[\t\n{_HIDDEN}]")
_NOT_IN_LINES = re.compile(f"[{_HIDDEN}]")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

_COMMAND = re.compile(r"^([^\S\n]*):(?=:[A-Za-z])|#(?=#\[)", re.MULTILINE)
"""How a line begins that a GitHub Actions runner obeys, `::error::`; and what it obeys anywhere in a line, `##[error]`.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""


def printable(text: object) -> str:
    """As one line, with what can't be seen written as JSON does: `\\u001b`, `\\n`. JSON stays the same document."""
    return _without_commands(_NOT_IN_A_LINE.sub(_escaped, str(text)))


def printable_lines(text: str) -> str:
    """The same with its lines and tabs kept."""
    return _without_commands(_NOT_IN_LINES.sub(_escaped, text.replace("\r\n", "\n")))


def quoted(text: str) -> str:
    """Lines of others within a message: marked, so that none can be taken for one of the message's own."""
    return "\n".join(f"  | {line}".rstrip() for line in printable_lines(text).split("\n"))


def _escaped(char: re.Match[str]) -> str:
    return _SHORT.get(char[0]) or f"\\u{ord(char[0]):04x}"


def _without_commands(text: str) -> str:
    return _COMMAND.sub(lambda found: (found[1] or "") + f"\\u{ord(found[0][-1]):04x}", text)
