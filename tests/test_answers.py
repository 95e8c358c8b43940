"""The comparison that the sample modules' tests rest on."""

from typing import Any

import pytest

from tests.answers import assert_same_answer, differences

EXPECTED = {"label": 7, "probabilities": {"7": 0.93, "9": 0.07}, "size": [32, 21]}


def test_an_equal_answer_has_no_differences() -> None:
    assert_same_answer(EXPECTED, EXPECTED)


def test_a_probability_may_be_off_by_a_hundredth_only() -> None:
    assert list(differences({"p": 0.935}, {"p": 0.93})) == []
    assert list(differences({"p": 0.95}, {"p": 0.93})) == ["answer.p is 0.95, not 0.93"]


def test_whole_numbers_must_be_exact() -> None:
    assert list(differences(8, 7)) == ["answer is 8, not 7"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({**EXPECTED, "extra": 1}, "answer.extra"),
        ({"label": 7, "size": [32, 21]}, "answer.probabilities"),
        ({**EXPECTED, "size": [32]}, "answer.size"),
        ({**EXPECTED, "size": [32, 22]}, "answer.size[1]"),
        ({**EXPECTED, "label": "7"}, "answer.label"),
        ({**EXPECTED, "label": True}, "answer.label"),
        (None, "answer"),
    ],
)
def test_a_difference_is_named_by_its_place(answer: Any, place: str) -> None:
    with pytest.raises(AssertionError, match=place.replace("[", r"\[")):
        assert_same_answer(answer, EXPECTED)
