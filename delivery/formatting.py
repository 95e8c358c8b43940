"""Formats tables and digests for people."""

from collections.abc import Iterable, Sequence

from components.printable import printable


def format_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return one line for each row, with the cells aligned in columns."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def short_digest(digest: str) -> str:
    """Return the first 12 digits, which identify an image: `51d5bcf9fb56` of `sha256:51d5bcf9fb56...`."""
    return digest.removeprefix("sha256:")[:12]
