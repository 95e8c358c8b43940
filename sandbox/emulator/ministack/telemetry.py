"""Limits logs and metrics, and saves them separately from the state that requests change.

MiniStack keeps each line of each call forever, and saves all of them whenever it saves anything.
"""

import copy
import time
from types import ModuleType
from typing import Any

from ministack.core.persistence import load_state, save_state
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch, cloudwatch_logs

MAX_LOG_CHARACTERS = 2 << 20
"""How many characters the messages of a log group may have in total. The newest are kept."""
MAX_LOG_STREAMS = 1000
"""How many log streams a group keeps, the newest ones. MiniStack makes one for each call of a function."""
MAX_DATA_POINTS = 2000
"""How many values a metric keeps, the newest ones."""
MAX_ALARM_CHANGES = 1000
"""How many state changes of alarms are kept, the newest ones."""
MAX_LOG_RECORDS = 10_000
"""How many lines GetLogRecord finds by their pointer, the newest ones."""

STATE = "telemetry"
DAY_SECONDS = 24 * 3600

_logs_state = tuple(cloudwatch_logs.get_state())
_metrics_state = tuple(cloudwatch.get_state())
_restore_logs = cloudwatch_logs.load_persisted_state


def save_telemetry_separately() -> None:
    """Leave lines and values out of the state that MiniStack saves. Log groups and alarms stay in it."""
    cloudwatch_logs.get_state = _logs_without_lines
    cloudwatch.get_state = _metrics_without_values
    cloudwatch_logs.load_persisted_state = _restore
    cloudwatch._evict_old_metrics = lambda: None  # MiniStack would check every value at every request


def save(saved: dict[str, Any] | None = None) -> dict[str, Any]:
    """Discard the oldest, and save the rest if it differs from what was `saved` before. Returns what is saved now.

    It may run in a thread while calls write.
    """
    _discard_oldest()
    kept: dict[str, dict[Any, Any]] = {
        "streams": {key: _copied(group["streams"]) for key, group in cloudwatch_logs._log_groups.all_items()},
        "metrics": {key: [dict(point) for point in list(points)] for key, points in cloudwatch._metrics.all_items()},
    }
    if kept != saved:
        save_state(STATE, {name: _scoped(values) for name, values in kept.items()})
    return kept


def _copied(streams: dict[str, Any]) -> dict[str, Any]:
    return {name: {**stream, "events": list(stream["events"])} for name, stream in list(streams.items())}


def _scoped(values: dict[Any, Any]) -> AccountRegionScopedDict:
    scoped = AccountRegionScopedDict()
    scoped._data = values
    return scoped


def _restore(data: Any) -> Any:
    _restore_logs(data)
    kept = load_state(STATE) or {"streams": _scoped({}), "metrics": _scoped({})}
    for key, streams in kept["streams"].all_items():
        if group := cloudwatch_logs._log_groups._data.get(key):
            group["streams"].update(streams)
    cloudwatch._metrics.update(kept["metrics"])


def _logs_without_lines() -> dict[str, Any]:
    groups = {key: {**group, "streams": {}} for key, group in cloudwatch_logs._log_groups.all_items()}
    return {
        **_copy_of(cloudwatch_logs, _logs_state, leave_out={"log_groups", "log_records"}),
        "log_groups": copy.deepcopy(_scoped(groups)),
    }


def _metrics_without_values() -> dict[str, Any]:
    return _copy_of(cloudwatch, _metrics_state, leave_out={"metrics"})


def _copy_of(service: ModuleType, names: tuple[str, ...], leave_out: set[str]) -> dict[str, Any]:
    """Copy each part of a service's state, which is in a variable `_<name>`, as the service's `get_state` does."""
    return {name: copy.deepcopy(getattr(service, f"_{name}")) for name in names if name not in leave_out}


def _discard_oldest() -> None:
    now = time.time()
    for group in cloudwatch_logs._log_groups.all_values():
        _discard_old_streams(group, now)
    for points in cloudwatch._metrics.all_values():
        del points[:-MAX_DATA_POINTS]
    for changes in cloudwatch._alarm_history.all_values():
        del changes[:-MAX_ALARM_CHANGES]
    for pointer in list(cloudwatch_logs._log_records._data)[:-MAX_LOG_RECORDS]:
        cloudwatch_logs._log_records._data.pop(pointer, None)


def _discard_old_streams(group: dict[str, Any], now: float) -> None:
    streams: dict[str, Any] = group["streams"]
    days = group.get("retentionInDays")
    oldest = (now - days * DAY_SECONDS) * 1000 if days else 0.0
    room = MAX_LOG_CHARACTERS
    for number, (name, stream) in enumerate(sorted(list(streams.items()), key=_last_written, reverse=True)):
        if number >= MAX_LOG_STREAMS or room <= 0 or _last_written((name, stream)) < oldest:
            streams.pop(name, None)
            continue
        with cloudwatch_logs._log_events_lock:
            events = stream["events"]
            kept = len(events)
            while kept and room > 0:
                kept -= 1
                room -= len(events[kept]["message"])
            del events[:kept]


def _last_written(stream: tuple[str, dict[str, Any]]) -> float:
    _, about = stream
    return float(about["lastEventTimestamp"] or about["creationTime"])
