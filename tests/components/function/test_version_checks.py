import json
from typing import Any

import pytest

from components.errors import ComponentError
from components.function.version_checks import check_answer


def ask(expected: Any, answer: Any) -> str:
    return check_answer({"function": "f", "version": "7", "expected": expected, "answer": json.dumps(answer)})


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2], "c": 3}}),
        ([1, 2], [1, 2]),
        ("yes", "yes"),
        ({}, {"anything": 1}),
    ],
)
def test_an_answer_may_have_more_keys_than_are_expected(expected: Any, answer: Any) -> None:
    assert ask(expected, answer) == "7"


@pytest.mark.parametrize(
    ("expected", "answer", "named"),
    [
        ({"a": 1}, {"a": 2}, "a"),
        ({"a": 1}, {}, "a"),
        ({"a": {"b": 1}, "c": 2}, {"a": {"b": 0}, "c": 0}, "a.b, c"),
        ({"a": {"b": 1}}, {"a": None}, "a"),
        ([1, 2], [1], "the answer"),
        ({}, [], "the answer"),
    ],
)
def test_what_differs_is_named_by_its_keys_without_the_answer(expected: Any, answer: Any, named: str) -> None:
    with pytest.raises(ComponentError, match=f"than expected in: {named}. The version served before still is"):
        ask(expected, answer)


@pytest.mark.parametrize("answer", ["", "<html>", "{", "NaN x"])
def test_an_answer_that_is_not_json_is_refused_without_repeating_it(answer: str) -> None:
    known = {"function": "f", "version": "7", "expected": {"a": 1}, "answer": answer}
    with pytest.raises(ComponentError) as refused:
        check_answer(known)
    assert str(refused.value) == (
        "version 7 of the function 'f' answers the smoke event with something that is not JSON, so it can't be "
        "compared with what is expected. The version served before still is. Correct the module, or leave out its "
        "`smoke.expect`"
    )


def test_no_part_of_an_answer_is_reported() -> None:
    with pytest.raises(ComponentError) as refused:
        ask({"token": "x"}, {"token": "hunter2"})
    assert "hunter2" not in str(refused.value)
