"""Turns the events of a function's log into the lines that are shown.

A function's own lines are shown; Lambda's are hidden, unless they report an error. Lambda's formats are described in
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from components.files.json_document import parse
from components.printable import printable_lines

PLATFORM = re.compile(
    r"(START|END|REPORT) RequestId: |(INIT|RESTORE)_START Runtime Version: |INIT_REPORT Init Duration: "
    r"|RESTORE_REPORT Restore Duration: |(EXTENSION|LOGS|TELEMETRY)\s+Name: |XRAY TraceId: "
)
"""The beginning of a line of Lambda's in the text format."""
_ERROR = re.compile(r"\b(Status: (?!success)|Error Type: )")
"""What a line of Lambda's has about an error: a timeout, too little memory, a process that ended."""

_TIME = ("timestamp", "time", "@timestamp", "ts")
_LEVEL = ("level", "log_level", "levelname", "severity", "log.level")
_MESSAGE = ("message", "msg")
_LOGGER = ("logger", "logger_name", "log.logger")
_REQUEST = ("requestId", "AWSRequestId", "awsRequestId", "function_request_id")
_TRACE = ("stackTrace", "stack_trace", "exception", "stack", "exc_info")
"""Keys of AWS's runtimes, of Powertools, and of common loggers, the most common first."""
_SHORT_ID = 8
_BARE = re.compile(r"[^\s\"=]+")
"""A value that needs no quotes."""
_MAX_SECONDS = 10**11
"""A number above is a time in milliseconds."""


@dataclass(frozen=True)
class View:
    """What is shown of a log, and how."""

    everything: bool = False
    """Whether Lambda's own lines are shown, too."""
    raw: bool = False
    """Whether JSON documents stay as they are."""
    pattern: re.Pattern[str] | None = None
    """What the shown text must contain."""

    def lines(self, message: str, milliseconds: int) -> list[str]:
        """Return the lines to show of one event, safe to print. `milliseconds` is its time since 1970 in UTC."""
        message = message.rstrip()
        document = _document(message)
        if not self.everything and _is_platform(message, document) and not _is_error(message, document):
            return []
        text = message if self.raw or document is None else _readable(document, milliseconds) or message
        shown = printable_lines(text)
        return shown.split("\n") if self.pattern is None or self.pattern.search(shown) else []


def _document(message: str) -> dict[str, Any] | None:
    if not message.startswith("{"):
        return None
    try:
        document = parse(message)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _is_platform(message: str, document: Mapping[str, Any] | None) -> bool:
    if document is None:
        return PLATFORM.match(message) is not None
    return str(document.get("type", "")).startswith("platform.") and isinstance(document.get("record"), dict)


def _is_error(message: str, document: Mapping[str, Any] | None) -> bool:
    if document is None:
        return _ERROR.search(message) is not None
    record = document["record"]
    return record.get("status") not in (None, "success") or bool(record.get("errorType"))


def _readable(document: Mapping[str, Any], milliseconds: int) -> str | None:
    """Return time, level, logger or request, message and other values, and below them the stack trace.

    None if the document isn't a logger's or Lambda's, so that a function has printed it.
    """
    if _is_platform("", document):
        document = _of_platform(document)
    rest = dict(document)
    time, level = _take(rest, _TIME), _take(rest, _LEVEL)
    message = _take(rest, _MESSAGE)
    if isinstance(message, dict) and "errorMessage" in message:  # as Node.js logs an error
        rest, message = {**rest, **message}, None
    error = ": ".join(str(rest.pop(key)) for key in ("errorType", "errorMessage") if rest.get(key))
    if (message is None and not error) or (time is None and level is None):
        return None
    logger, request = _take(rest, _LOGGER), str(_take(rest, _REQUEST) or "")[:_SHORT_ID]
    named = logger and logger != "root"
    source = str(logger) if named else request
    if named and request:
        rest["requestId"] = request
    trace = list(_take_trace(rest))
    first, *more = (error if message is None else _text(message)).rstrip().split("\n")
    others = (f"{key}={_value(value)}" for key, value in rest.items())
    words = [_time(time, milliseconds), f"{level or '':5}", source, first, *others]
    lines = [" ".join(word for word in words if word), *more, *(f"  {line}" for line in trace)]
    if error not in "\n".join(lines):
        lines.append(f"  {error}")
    return "\n".join(lines)


def _of_platform(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event of Lambda's in the form of a logger's document: `platform.report` is its message."""
    record = dict(document["record"])
    for nested in ("metrics", "tracing"):
        if isinstance(record.get(nested), dict):
            record |= record.pop(nested)
    return {"time": document.get("time", ""), "message": document["type"], **record}


def _take(document: dict[str, Any], keys: Sequence[str]) -> Any:
    """Remove the first of the keys that is there, and return its value."""
    key = next((key for key in keys if key in document), None)
    return None if key is None else document.pop(key)


def _take_trace(document: dict[str, Any]) -> Iterator[str]:
    """Remove stack traces, and yield their lines."""
    for key in _TRACE:
        value = document.get(key)
        parts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]
        if value and (value == parts or isinstance(value, str)):
            del document[key]
            yield from (line for part in parts for line in part.rstrip().split("\n"))


def _time(value: Any, milliseconds: int) -> str:
    """Return a document's own time, or the event's if it isn't one, in UTC to the millisecond."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
        else:
            moment = datetime.fromtimestamp(value / 1000 if value > _MAX_SECONDS else value, UTC)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _value(value: Any) -> str:
    return value if isinstance(value, str) and _BARE.fullmatch(value) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
