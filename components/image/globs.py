"""Matches a list of globs against a path in one pass.

A regular expression backtracks to wherever a `*` could have ended earlier: `*a*a*a*a*a*a*a*ab` takes 22 seconds for a
name of 60 letters. This matcher keeps all places in the globs that a path can have reached, as bits of a number.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Piece = re.Pattern[str] | Literal["*", "**", "**/"]
"""One character, any within a folder, any characters, or any that end with a slash or none.

The last two don't match the end of a line, as `.` in Docker's own regular expressions doesn't. A `**` is the last piece
of its glob, and after a `*` comes one character, or nothing.
"""


class Globs:
    def __init__(self, globs: Iterable[Sequence[Piece]]) -> None:
        self._starts = self._ends = 0
        self._stays_in_folder = self._stays = self._may_skip = self._after_slash = 0
        self._after: dict[re.Pattern[str], int] = {}
        """The places that each character leads to."""
        self._known: dict[str, tuple[int, int]] = {}
        place = 1
        for glob in globs:
            self._starts |= place
            place = self._add(glob, place) << 1

    def _add(self, glob: Sequence[Piece], place: int) -> int:
        """Add a glob at a place. Returns the glob's last place."""
        before: Piece | None = None
        for piece in glob:
            if piece == "*":
                self._stays_in_folder |= place
            elif piece == "**":
                self._stays |= place
            elif piece != "**/":
                place <<= 1
                self._after[piece] = self._after.get(piece, 0) | place
            elif before != "**/":  # two of them mean what one does
                self._may_skip |= place
                self._stays |= place << 1
                place <<= 2
                self._after_slash |= place
            before = piece
        self._ends |= place
        return place

    def match(self, path: str) -> bool:
        """Whether any of the globs matches a path in full."""
        places = self._reached(path)
        places |= (places & self._may_skip) << 2
        return bool(places & self._ends)

    def may_match_below(self, folder: str) -> bool:
        """Whether any of the globs could match a path in a folder, whatever is in it."""
        return bool(self._reached(folder + "/"))

    def _reached(self, path: str) -> int:
        """The places that a path leads to, if more of it may follow."""
        places = self._starts
        for char in path:
            places |= (skipping := places & self._may_skip) << 1 | skipping << 2
            entered, kept = self._known.get(char) or self._read(char)
            places = places << 1 & entered | places & kept
            if not places:
                break
        return places

    def _read(self, char: str) -> tuple[int, int]:
        """The places that a character can lead to, and those where it can be consumed without moving on."""
        entered = self._after_slash if char == "/" else 0
        for one, places in self._after.items():
            if one.fullmatch(char):
                entered |= places
        kept = (self._stays_in_folder if char != "/" else 0) | (self._stays if char != "\n" else 0)
        self._known[char] = entered, kept
        return entered, kept
