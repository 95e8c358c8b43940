"""When a canary is given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.canary import Calls, fault

GOOD = Calls(count=900, seconds=90)


@pytest.mark.parametrize(
    ("canary", "beside", "reason"),
    [
        (Calls(100, seconds=10), GOOD, None),
        (Calls(), GOOD, None),
        (Calls(), Calls(), None),
        (Calls(5, errors=1), GOOD, "errors in 1 of 5 calls, before in 0 of 900"),
        (Calls(5, errors=1), Calls(), "errors in 1 of 5 calls, before in 0 of 0"),
        (Calls(100, errors=1), GOOD, None),
        (Calls(100, errors=2), GOOD, "errors in 2 of 100 calls, before in 0 of 900"),
        (Calls(100, errors=5), Calls(900, errors=45), None),
        (Calls(100, errors=10), Calls(900, errors=45), None),
        (Calls(100, errors=15), Calls(900, errors=45), "errors in 15 of 100 calls, before in 45 of 900"),
        (Calls(40, errors=40), Calls(360, errors=360), None),
        (Calls(1, throttles=9), GOOD, "9 of 10 calls were throttled, before 0 of 900"),
        (Calls(10, throttles=9), Calls(100, throttles=90), None),
        (Calls(10, seconds=2.5), GOOD, "calls took 250 ms on average, before 100 ms"),
        (Calls(10, seconds=1.9), GOOD, None),
        (Calls(9, seconds=9), GOOD, None),
        (Calls(10, seconds=9), Calls(9, seconds=0.9), None),
        (Calls(10, seconds=0.9), Calls(10, seconds=0.01), None),
    ],
)
def test_a_canary_is_given_up_if_it_does_worse_than_the_version_beside_it(
    canary: Calls, beside: Calls, reason: str | None
) -> None:
    assert fault(canary, beside) == reason


counts = st.integers(0, 1_000_000)


@given(counts, counts, counts)
def test_any_number_of_calls_is_judged(calls: int, failed: int, beside: int) -> None:
    failed = min(failed, calls)
    canary, before = Calls(calls, errors=min(failed, 5000)), Calls(beside)
    assert (fault(canary, before) is None) or canary.errors


@given(st.integers(1, 10_000), st.integers(1, 100), st.integers(0, 100))
def test_more_errors_are_never_better(calls: int, failed: int, more: int) -> None:
    failed = min(failed, calls)
    if fault(Calls(calls, errors=failed), GOOD):
        assert fault(Calls(calls, errors=min(failed + more, calls)), GOOD)


def test_calls_are_described_for_the_log() -> None:
    assert str(Calls(10, 1, 2, 0.5)) == "10 calls, 1 failed, 2 throttled, 50 ms on average"
    assert str(Calls()) == "0 calls, 0 failed"
