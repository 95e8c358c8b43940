from typing import Any

import pytest

from benchmarks.answers import Body, Period, answers_by_version, answers_during_canaries, mistake, percentile, periods
from benchmarks.callers import Call

EXPECTED: dict[int, Body] = {1: {"revision": "1"}, 2: {"revision": "2"}, 3: {"revision": "3"}}
SERVED = [Period(frozenset({1}), 0.0, 10.1), Period(frozenset({1, 2}), 10.0, 20.1), Period(frozenset({2}), 20.0, 60.0)]


def call(began: float, answer: Any, seconds: float = 0.1) -> Call:
    return Call(began, began + seconds, answer)


def answer(version: int, revision: str | None = None) -> dict[str, str]:
    return {"version": str(version), "revision": revision or str(version)}


def read(began: float, *versions: int) -> Call:
    """A call that read what the alias serves."""
    return call(began, frozenset(versions))


def test_a_period_lasts_from_the_last_look_before_it_to_the_first_look_after_it() -> None:
    observed = [read(0.0, 1), read(1.0, 1), read(2.0, 1, 2), read(3.0, 2), read(4.0, 2)]
    assert periods(observed) == [
        Period(frozenset({1}), 0.0, 2.1),
        Period(frozenset({1, 2}), 1.0, 3.1),
        Period(frozenset({2}), 2.0, 4.1),
    ]


def test_a_version_that_returns_has_two_periods() -> None:
    observed = [read(0.0, 1), read(1.0, 2), read(2.0, 1)]
    assert [period.versions for period in periods(observed)] == [{1}, {2}, {1}]


@pytest.mark.parametrize(
    "right",
    [
        call(5.0, answer(1)),
        call(15.0, answer(1)),
        call(15.0, answer(2)),
        call(22.0, answer(1)),
        call(19.0, answer(1), seconds=30.0),
        call(9.5, answer(2), seconds=0.6),
    ],
    ids=[
        "the only one that is served",
        "one of two",
        "the other of two",
        "within the time that the alias may take to settle",
        "a long call that began in time",
        "a call that ended when the version was served already",
    ],
)
def test_an_answer_of_a_version_that_is_served_is_right(right: Call) -> None:
    assert mistake(right, SERVED, EXPECTED) is None


@pytest.mark.parametrize(
    "wrong, words",
    [
        (call(30.0, answer(1)), "version 1 answered, which the alias did not serve at that time"),
        (call(5.0, answer(2)), "version 2 answered, which the alias did not serve at that time"),
        (call(30.0, answer(3)), "version 3 answered, which the alias did not serve at that time"),
        (call(30.0, answer(4)), "version 4 answered, which has not passed its checks"),
        (call(30.0, answer(2, "1")), "version 2 answered {'revision': '1'} instead of {'revision': '2'}"),
        (call(30.0, {"message": "busy"}), "unexpected answer: {'message': 'busy'}"),
        (call(30.0, None), "unexpected answer: None"),
    ],
)
def test_any_other_answer_is_wrong(wrong: Call, words: str) -> None:
    assert mistake(wrong, SERVED, EXPECTED) == words


def test_answers_are_counted_by_version_when_they_arrive() -> None:
    calls = [call(10.0, answer(1)), call(11.5, answer(1), seconds=1.0), call(12.0, answer(2)), call(16.5, "busy")]
    assert answers_by_version(calls, began=10.0, interval=2.0) == [{"1": 1}, {"1": 1, "2": 1}, {}, {"unknown": 1}]


def test_answers_during_a_canary_are_those_of_calls_that_began_and_ended_in_it() -> None:
    calls = [call(15.0, answer(1)), call(16.0, answer(1)), call(17.0, answer(2)), call(9.0, answer(1), seconds=3.0)]
    assert answers_during_canaries([*calls, call(20.5, answer(2))], SERVED) == [{"1": 2, "2": 1}]


def test_a_percentile_is_the_value_that_so_many_do_not_exceed() -> None:
    ordered = [float(number) for number in range(1, 201)]
    assert (percentile(ordered, 50), percentile(ordered, 99)) == (100.0, 198.0)
    assert percentile([7.0], 99) == 7.0
