import itertools
import threading

from benchmarks.callers import Call, Calls, calling


def test_what_fails_is_counted_with_its_words_and_the_rest_goes_on() -> None:
    turns, enough = itertools.count(), threading.Event()

    def ask() -> None:
        turn = next(turns)
        if turn == 5:
            enough.set()
        if turn == 1:
            raise ConnectionResetError("gone")

    with calling([ask], pause=0.0) as calls:
        assert enough.wait(10)
    assert calls.failures == ["ConnectionResetError: gone"]
    assert len(calls.seconds) == len(calls.answered) >= 4


def test_callers_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=10)
    met = threading.Event()

    def ask() -> None:
        if not met.is_set():
            both.wait()
            met.set()

    with calling([ask, ask], pause=0.0) as calls:
        assert met.wait(10)
    assert calls.failures == []


def test_a_silence_is_the_time_without_an_answer_from_the_beginning_on() -> None:
    def answered(*ends: float) -> Calls:
        return Calls(began=10.0, made=[Call(end - 1.0, end) for end in ends])

    assert answered(11.0, 16.0, 13.0).longest_silence == 3.0
    assert answered(14.0, 15.0).longest_silence == 4.0
    assert answered().longest_silence == 0.0
