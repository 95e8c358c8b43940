import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.iam_patterns import covers, overlap
from components.settings.actions import matches

PATTERNS = st.text("ab*?", max_size=3)
TEXTS = ["".join(text) for length in range(7) for text in itertools.product("abc", repeat=length)]
"""Long enough for every two patterns that overlap: a text that matches both is no longer than both together."""


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_if_and_only_if_a_text_matches_both(one: str, other: str) -> None:
    assert overlap(one, other) is any(matches(one, text) and matches(other, text) for text in TEXTS)
    assert overlap(one, other) is overlap(other, one)


@given(PATTERNS, PATTERNS)
def test_a_pattern_that_covers_another_matches_whatever_that_matches(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(matches(wide, text) for text in TEXTS if matches(narrow, text))


@given(PATTERNS, st.text("abc", max_size=6))
def test_a_pattern_covers_the_texts_that_it_matches_and_itself(pattern: str, text: str) -> None:
    assert covers(pattern, text) is matches(pattern, text)
    assert covers(pattern, pattern) and covers("*", pattern) and overlap(pattern, "*")


@pytest.mark.parametrize(
    ("one", "other", "do_overlap"),
    [
        ("s3:Get*", "s3:GetObject", True),
        ("s3:Get*", "s3:Put*", False),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::*/in/*", True),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::photos-*", False),
        ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::photos/*", True),
        ("arn:aws:secretsmanager:*:1:secret:x-*", "arn:aws:secretsmanager:eu:1:secret:x-??????", True),
    ],
)
def test_such_patterns_are_in_policies(one: str, other: str, do_overlap: bool) -> None:
    assert overlap(one, other) is do_overlap


def test_a_variable_may_be_any_text() -> None:
    assert overlap("a${x}", "abc") and covers("a*", "a${x}")
    assert not covers("a${x}", "abc")
