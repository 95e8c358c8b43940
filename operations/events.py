"""Reads an event for a function from a file of the user's."""

import json
import os
from pathlib import Path

from components.files.json_document import MAX_EVENT_BYTES, parse
from components.files.regular_file import regular_file
from components.printable import printable
from operations.errors import OperationError

NAME_ONE = "name a JSON file: make invoke MODULE=... EVENT=file.json"
FIX = "fix it, or send another"


def event_in(file: Path) -> bytes:
    """Return a JSON event from a file, unchanged. Raises OperationError if Lambda would refuse it.

    The user names the file, so it may be anywhere, and links are followed.
    """
    event, name = _content(file), printable(file)
    try:
        parse(event.decode())
    except json.JSONDecodeError as invalid:
        place = f"{name}, line {invalid.lineno}, column {invalid.colno}"
        raise OperationError(
            f"not JSON: {place}: {invalid.msg}{_line(invalid)}", "fix it, or send another"
        ) from invalid
    except ValueError as invalid:
        raise OperationError(f"not JSON: {name}: {printable(invalid)}", FIX) from invalid
    return event


def _content(file: Path) -> bytes:
    name = printable(file)
    try:
        descriptor = regular_file(os.path.realpath(file))
        if descriptor is None:
            raise OperationError(f"the event {name} is not a file", NAME_ONE)
        with os.fdopen(descriptor, "rb") as opened:
            event, size = opened.read(MAX_EVENT_BYTES + 1), os.fstat(descriptor).st_size
    except OSError as unreadable:
        raise OperationError(f"the event {name} can't be read: {unreadable.strerror}", NAME_ONE) from unreadable
    if len(event) > MAX_EVENT_BYTES:
        what = f"{name} has {max(size, len(event)):,} bytes; Lambda takes events of up to {MAX_EVENT_BYTES:,}"
        raise OperationError(what, "send a smaller event, for example one that names an S3 object")
    return event


def _line(invalid: json.JSONDecodeError) -> str:
    """Return the invalid line with a mark below the error, if the line is short enough to read."""
    line = invalid.doc.split("\n")[invalid.lineno - 1 : invalid.lineno]
    if not line[0] or len(line[0]) > 100:
        return ""
    return f"\n  {printable(line[0])}\n  {' ' * len(printable(line[0][: invalid.colno - 1]))}^"
