"""Records when the engine's events were written. Their own timestamps are whole seconds."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

Event = dict[str, Any]
POLL_INTERVAL_SECONDS = 0.005
"""How often the file is read."""


@dataclass
class Timeline:
    events: list[tuple[float, Event]] = field(default_factory=list)
    """The events, each with the seconds since the start."""


@contextmanager
def watched(event_log: Path) -> Iterator[Timeline]:
    """Record when each line of the event log appears, until the end of the block."""
    event_log.unlink(missing_ok=True)
    timeline, ended = Timeline(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(event_log, timeline, time.perf_counter(), ended))
    watcher.start()
    try:
        yield timeline
    finally:
        ended.set()
        watcher.join()


def _watch(event_log: Path, timeline: Timeline, started: float, ended: threading.Event) -> None:
    while not event_log.exists() and not ended.wait(POLL_INTERVAL_SECONDS):
        pass
    if not event_log.exists():
        return
    with event_log.open() as file:
        pending = ""
        while True:
            last_look = ended.is_set()
            pending = _take(file, pending, time.perf_counter() - started, timeline)
            if last_look:
                return
            ended.wait(POLL_INTERVAL_SECONDS)


def _take(file: IO[str], pending: str, now: float, timeline: Timeline) -> str:
    """Add the complete lines to the timeline, and return the beginning of an incomplete one."""
    *lines, pending = (pending + file.read()).split("\n")
    timeline.events += [(now, json.loads(line)) for line in lines if line]
    return pending
