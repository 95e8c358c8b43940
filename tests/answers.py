"""Compares what a function answered with what it should, with room for the last digits of a probability."""

from collections.abc import Iterator
from typing import Any

TOLERANCE = 0.01
"""How far two numbers may be apart if one of them has a fraction: other processors round otherwise."""


def assert_same_answer(answer: Any, expected: Any) -> None:
    found = list(differences(answer, expected))
    assert not found, "\n".join(found)


def differences(answer: Any, expected: Any, where: str = "answer") -> Iterator[str]:
    """A sentence for each place where the two JSON values differ."""
    if isinstance(answer, dict) and isinstance(expected, dict):
        for key in sorted(answer.keys() | expected.keys()):
            if key not in answer or key not in expected:
                yield f"{where}.{key} is {'missing' if key in expected else 'not expected'}"
            else:
                yield from differences(answer[key], expected[key], f"{where}.{key}")
    elif isinstance(answer, list) and isinstance(expected, list) and len(answer) == len(expected):
        for index, pair in enumerate(zip(answer, expected, strict=True)):
            yield from differences(*pair, f"{where}[{index}]")
    elif not _are_equal(answer, expected):
        yield f"{where} is {answer!r}, not {expected!r}"


def _are_equal(answer: Any, expected: Any) -> bool:
    numbers = {type(answer), type(expected)} <= {int, float}
    if numbers and float in (type(answer), type(expected)):
        return bool(abs(answer - expected) <= TOLERANCE)
    return type(answer) is type(expected) and bool(answer == expected)
