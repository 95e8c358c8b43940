from benchmarks.callers import Call, Calls
from benchmarks.releases import counted


def test_failed_and_wrong_answers_are_counted_apart_with_the_first_of_each() -> None:
    good, stale = {"version": "2", "revision": "b"}, {"version": "1", "revision": "a"}
    made = [Call(10.0, 10.5, good), Call(11.0, 13.0, stale), Call(12.0, 12.1, failure="ConnectionError: gone")]
    observed = [Call(float(second), second + 0.1, frozenset({2})) for second in range(5, 15)]
    counts = counted(Calls(began=10.0, made=made), observed, {1: {"revision": "a"}, 2: {"revision": "b"}})
    assert (counts["calls"], counts["failed"], counts["wrong"]) == (3, 1, 1)
    assert counts["failures"] == ["ConnectionError: gone"]
    assert counts["mistakes"] == ["version 1 answered, which the alias did not serve at that time"]
    assert (counts["p50"], counts["p99"], counts["longest"]) == (0.5, 2.0, 2.0)
    assert counts["answers"] == [{"2": 1}, {"1": 1}]
    assert counts["canaries"] == []
