import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.image.globs import Globs, Piece

REGEX = {"*": "[^/]*", "**": ".*", "**/": "(?:.*/)?"}
"""What Docker makes of these. The last two don't match the end of a line."""
ONES = [re.compile(regex) for regex in ("a", "b", "/", "[^/]", "[^a]", r"\n")]


def is_one(glob: list[Piece]) -> bool:
    """Whether Globs takes it."""
    wild = [not isinstance(piece, re.Pattern) for piece in glob]
    return "**" not in glob[:-1] and not any(glob[at] == "*" and wild[at + 1] for at in range(len(glob) - 1))


PIECES: "st.SearchStrategy[Piece]" = st.sampled_from(["*", "**", "**/", *ONES])
GLOBS = st.lists(st.lists(PIECES, max_size=7).filter(is_one), max_size=3)


def regex_of(glob: list[Piece]) -> str:
    return "".join(piece.pattern if isinstance(piece, re.Pattern) else REGEX[piece] for piece in glob)


@given(GLOBS, st.text("ab/\n", max_size=9))
@settings(max_examples=300)
def test_a_path_is_matched_exactly_when_a_regular_expression_matches_it(globs: list[list[Piece]], path: str) -> None:
    expected = any(re.fullmatch(regex_of(glob), path) for glob in globs)
    assert Globs(globs).match(path) is expected


@given(GLOBS, st.text("ab/\n", max_size=4), st.text("ab/\n", max_size=6))
@settings(max_examples=300)
def test_a_folder_is_looked_into_if_anything_in_it_is_matched(globs: list[list[Piece]], folder: str, file: str) -> None:
    if Globs(globs).match(f"{folder}/{file}"):
        assert Globs(globs).may_match_below(folder)


@pytest.mark.parametrize(("piece", "path"), [("*", "a" * 2000), ("**/", "a/" * 2000 + "a")])
def test_many_wildcards_and_a_long_path_are_no_trouble(piece: Piece, path: str) -> None:
    """A regular expression would take years."""
    a = re.compile("a")
    globs = Globs([[piece, a] * 500])
    assert globs.match(path)
    assert not globs.match(path + "b")
