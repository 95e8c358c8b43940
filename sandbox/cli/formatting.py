"""Formats tables, ages and digests for people."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from components.printable import printable


def format_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return one line for each row, with the cells aligned in columns."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def format_age(age: timedelta) -> str:
    """Return the age in the largest unit that fits: `3 days`, `2 hours`, `5 minutes`, `12 seconds`."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return _count_of(seconds // length, unit)
    return _count_of(seconds, "second")


def short_digest(digest: str) -> str:
    """Return the first 12 digits, which identify an image: `51d5bcf9fb56` of `sha256:51d5bcf9fb56...`."""
    return digest.removeprefix("sha256:")[:12]


def _count_of(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
