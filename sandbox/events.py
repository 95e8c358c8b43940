"""The events that functions are sent: a module's smoke event, or a file of the user's."""

import json
from pathlib import Path

from sandbox.errors import SandboxError

LARGEST_EVENT = 6 * 1024 * 1024
"""Bytes, of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def event_in(file: Path) -> bytes:
    """A JSON event from a file, byte for byte; raises SandboxError if Lambda would not take it."""
    try:
        event = file.read_bytes()
    except OSError as unreadable:
        what = f"the event {file} can't be read: {unreadable.strerror}"
        raise SandboxError(what, "name a JSON file: make invoke MODULE=... EVENT=file.json") from unreadable
    if len(event) > LARGEST_EVENT:
        what = f"{file} has {len(event):,} bytes; Lambda takes events of up to {LARGEST_EVENT:,}"
        raise SandboxError(what, "send a smaller event, for example one that names an S3 object")
    try:
        json.loads(event.decode(), parse_constant=_refuse)
    except json.JSONDecodeError as invalid:
        place = f"{file}, line {invalid.lineno}, column {invalid.colno}"
        raise SandboxError(f"no JSON: {place}: {invalid.msg}{_line(invalid)}", "mend it, or send another") from invalid
    except ValueError as invalid:
        raise SandboxError(f"no JSON: {file}: {invalid}", "mend it, or send another") from invalid
    return event


def _refuse(constant: str) -> None:
    """Python's parser takes these, no other does."""
    raise ValueError(f"there is no {constant} in JSON")


def _line(invalid: json.JSONDecodeError) -> str:
    """The line at fault with a mark below the place, if it is short enough to be read."""
    line = invalid.doc.split("\n")[invalid.lineno - 1 : invalid.lineno]
    return f"\n  {line[0]}\n  {' ' * (invalid.colno - 1)}^" if line[0] and len(line[0]) <= 100 else ""
