"""Writes text from outside into GitHub's Markdown, so that it stays text and the whole stays short enough."""

from collections.abc import Iterable

from components.printable import printable

MAX_TEXT_LENGTH = 160
"""How many characters of one name or value are shown."""


def code(text: object) -> str:
    """Return the text as a code span, which also fits in a cell of a table.

    GitHub renders neither Markdown nor HTML in a code span, and links neither mentions nor addresses. Only backticks
    end one, and vertical bars end a cell.
    """
    line = plain(text).replace("`", "\\u0060").replace("|", "\\u007c")
    return f"`{line or ' '}`"


def codes(texts: Iterable[object], most: int) -> str:
    """Return the first texts as code spans, separated by commas, and count the others."""
    spans = [code(text) for text in texts]
    more = len(spans) - most
    return ", ".join(spans if more <= 0 else [*spans[:most], f"and {more} more"])


def plain(text: object) -> str:
    """Return the text as one line without control characters, and cut if it is long."""
    whole = str(text)
    return printable(whole if len(whole) <= MAX_TEXT_LENGTH else f"{whole[:MAX_TEXT_LENGTH]}...")


def size(lines: Iterable[str]) -> int:
    """Return how many bytes of UTF-8 the lines have, with their line breaks."""
    return sum(len(line.encode()) + 1 for line in lines)


def fitting(lines: Iterable[str], room: int, more: str) -> list[str]:
    """Return as many lines as fit in a number of bytes. If some don't, the last line counts them: `more` has `{}`."""
    lines = list(lines)
    if size(lines) <= room:
        return lines
    room -= size([more.format(len(lines))])
    kept: list[str] = []
    for line in lines:
        room -= size([line])
        if room < 0:
            break
        kept.append(line)
    return [*kept, more.format(len(lines) - len(kept))]
