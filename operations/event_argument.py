"""Reads an event for a function: JSON text, standard input, or a file."""

import json
import os
from pathlib import Path
from typing import BinaryIO

from components.errors import ComponentError
from components.files.json_document import MAX_EVENT_BYTES, parse
from components.files.regular_file import regular_file
from components.printable import printable

STDIN = "-"
_BEGINNINGS = ("{", "[", '"')
"""An argument that begins so is JSON text. A file with such a name can be written with `./` before it."""
_FORMS = "name a JSON file, write the JSON text itself ('{\"a\": 1}'), or `-` for standard input"


def event_of(argument: str, stdin: BinaryIO) -> bytes:
    """Return a JSON event, unchanged. Raises ComponentError if it isn't one that Lambda would accept.

    The user names the file, so it may be anywhere, and links are followed.
    """
    if argument == STDIN:
        name, event = "standard input", stdin.read(MAX_EVENT_BYTES + 1)
        size = len(event)
    elif argument.lstrip().startswith(_BEGINNINGS):
        name, event = "the event", argument.encode(errors="surrogateescape")
        size = len(event)
    else:
        name, (event, size) = printable(argument), _content(Path(argument))
    if len(event) > MAX_EVENT_BYTES:
        has = f"has {max(size, len(event)):,} bytes" if argument != STDIN else "has more bytes"
        raise ComponentError(
            f"{name} {has}; Lambda takes events of up to {MAX_EVENT_BYTES:,}: send a smaller one, for example one that "
            "names an S3 object"
        )
    try:
        parse(event.decode())
    except json.JSONDecodeError as invalid:
        place = f"{name}, line {invalid.lineno}, column {invalid.colno}"
        raise ComponentError(f"not JSON: {place}: {invalid.msg}{_line(invalid)}") from invalid
    except ValueError as invalid:
        raise ComponentError(f"not JSON: {name}: {printable(invalid)}") from invalid
    return event


def _content(file: Path) -> tuple[bytes, int]:
    """Return the beginning of a file, and its size."""
    name = printable(file)
    try:
        descriptor = regular_file(os.path.realpath(file))
        if descriptor is None:
            raise ComponentError(f"the event {name} is not a file: {_FORMS}")
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read(MAX_EVENT_BYTES + 1), os.fstat(descriptor).st_size
    except OSError as unreadable:
        raise ComponentError(f"the event {name} can't be read: {unreadable.strerror}: {_FORMS}") from unreadable


def _line(invalid: json.JSONDecodeError) -> str:
    """Return the invalid line with a mark below the error, if the line is short enough to read."""
    line = invalid.doc.split("\n")[invalid.lineno - 1 : invalid.lineno]
    if not line[0] or len(line[0]) > 100:
        return ""
    return f"\n  {printable(line[0])}\n  {' ' * len(printable(line[0][: invalid.colno - 1]))}^"
