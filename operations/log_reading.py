"""Reads the logs of several functions, and merges them by time."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

POLL_SECONDS = 1.0
"""How often a log that is followed is read, with one call."""
LATE_MILLISECONDS = 5_000
"""How much later than others an event may arrive in a log that is followed."""


@dataclass(frozen=True)
class LogEvent:
    stream: str
    time: int
    """In milliseconds since 1970."""
    message: str


@dataclass(frozen=True)
class Page:
    """What one call of FilterLogEvents returns."""

    events: list[LogEvent]
    token: str | None = None
    """What the next call needs, if there is more."""


ReadPage = Callable[[str, int, str | None], Page]
"""Makes one call: for a log group, from a time on, with the token of the page before."""


def read(groups: Mapping[str, str], read_page: ReadPage, start: int) -> Iterator[tuple[str, LogEvent]]:
    """Yield the events of log groups, oldest first, each with the name of its function. `groups` is by name."""
    return _merged({name: _Log(group, read_page, start) for name, group in groups.items()})


def follow(
    groups: Mapping[str, str], read_page: ReadPage, start: int, wait: Callable[[float], None] = time.sleep
) -> Iterator[tuple[str, LogEvent]]:
    """Yield what `read` does, then new events forever. Each second, one call is made for each group."""
    logs = {name: _Log(group, read_page, start) for name, group in groups.items()}
    yield from _merged(logs)
    while True:
        wait(POLL_SECONDS)
        found = [(name, event) for name, log in logs.items() for event in log.next_page()]
        yield from sorted(found, key=lambda each: each[1].time)


@dataclass
class _Log:
    """One log group, read again and again from shortly before its newest event on."""

    group: str
    read_page: ReadPage
    start: int
    token: str | None = field(default=None, init=False)
    newest: int = field(default=0, init=False)
    seen: Counter[LogEvent] = field(default_factory=Counter, init=False)
    """The events since `start` that were returned. A function may log the same line twice in a millisecond."""
    found: Counter[LogEvent] = field(default_factory=Counter, init=False)
    """The newest events of the pages so far."""

    def events(self) -> Iterator[LogEvent]:
        """Yield the new events of all pages."""
        yield from self.next_page()
        while self.token:
            yield from self.next_page()

    def next_page(self) -> list[LogEvent]:
        """Return the new events of one page. After the last page, the next one is the first again."""
        page = self.read_page(self.group, self.start, self.token)
        new = []
        for event in page.events:
            self.found[event] += 1
            if self.found[event] > self.seen[event]:
                new.append(event)
        self.newest = max([self.newest, *(event.time for event in new)])
        late = self.newest - LATE_MILLISECONDS
        self.found = Counter({event: count for event, count in self.found.items() if event.time >= late})
        self.token = page.token
        if self.token is None:
            self.start = max(self.start, late)
            self.seen, self.found = self.found, Counter()
        return new


def _merged(logs: Mapping[str, _Log]) -> Iterator[tuple[str, LogEvent]]:
    def named(name: str, log: _Log) -> Iterator[tuple[str, LogEvent]]:
        return ((name, event) for event in log.events())

    return heapq.merge(*(named(name, log) for name, log in logs.items()), key=lambda each: each[1].time)
