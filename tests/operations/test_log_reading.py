from collections.abc import Callable, Iterator
from itertools import islice

from operations.log_reading import LATE_MILLISECONDS, LogEvent, Page, follow, read

Given = Callable[[str, int, str | None], Page]


def event(at: int, message: str) -> LogEvent:
    return LogEvent("stream", at, message)


class Logs:
    """Log groups, with pages of two events. `written` is what arrives before each second."""

    def __init__(self, *written: dict[str, list[LogEvent]]) -> None:
        self.groups: dict[str, list[LogEvent]] = {}
        self.written: Iterator[dict[str, list[LogEvent]]] = iter(written)
        self.calls: list[str] = []
        self.seconds = 0
        self.wait(0)

    def wait(self, seconds: float) -> None:
        self.seconds += 1
        for group, events in next(self.written, {}).items():
            self.groups[group] = sorted([*self.groups.get(group, []), *events], key=lambda event: event.time)

    def page(self, group: str, start: int, token: str | None) -> Page:
        self.calls.append(group)
        events, begin = [each for each in self.groups.get(group, []) if each.time >= start], int(token or 0)
        return Page(events[begin : begin + 2], str(begin + 2) if len(events) > begin + 2 else None)

    def followed(self, count: int, start: int = 0) -> list[str]:
        groups = {group: group for group in self.groups}
        return [each.message for _, each in islice(follow(groups, self.page, start, self.wait), count)]


def test_the_logs_of_several_functions_are_merged_by_time() -> None:
    logs = Logs({"g1": [event(1, "a"), event(4, "d"), event(5, "e")], "g2": [event(2, "b"), event(3, "c")]})
    merged = [(name, each.message) for name, each in read({"one": "g1", "two": "g2"}, logs.page, 2)]
    assert merged == [("two", "b"), ("two", "c"), ("one", "d"), ("one", "e")]


def test_a_followed_log_has_each_line_once_and_a_repeated_line_twice() -> None:
    again = event(2, "again")
    logs = Logs({"g": [event(1, "begin"), again, again]}, {"g": [again, event(3, "end")]})
    assert logs.followed(5) == ["begin", "again", "again", "again", "end"]


def test_an_event_that_arrives_late_is_not_lost() -> None:
    late = event(10_000 - LATE_MILLISECONDS, "late")
    assert Logs({"g": [event(10_000, "first")]}, {"g": [late]}).followed(2) == ["first", "late"]


def test_logs_that_are_followed_need_one_call_for_each_function_and_second() -> None:
    busy = [event(20_000 + number, str(number)) for number in range(9)]
    logs = Logs({"g1": [event(1, "first")], "g2": []}, {}, {"g1": busy})
    before = 2
    assert logs.followed(10) == ["first", *map(str, range(9))]
    assert len(logs.calls) - before == 2 * (logs.seconds - 1)
    assert set(logs.calls) == {"g1", "g2"}
