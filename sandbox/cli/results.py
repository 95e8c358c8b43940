"""Results for scripts: nothing but JSON on standard output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from components.printable import printable_lines

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script; all else goes to standard error.")]


def format_json(value: Any) -> str:
    """Return JSON that scripts can read, and that can't control a terminal or a CI log."""
    return printable_lines(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def results(as_json: bool) -> Iterator[Callable[[Any], None]]:
    """Yield a function that prints a value as JSON if `as_json` is set, and does nothing otherwise.

    If it is set, everything else that this process and its subprocesses print goes to standard error.
    """
    if not as_json:
        yield lambda _: None
        return
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w") as stdout:
        os.dup2(2, 1)
        try:
            yield lambda value: print(format_json(value), file=stdout)
        finally:
            sys.stdout.flush()
            os.dup2(stdout.fileno(), 1)
