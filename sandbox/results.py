"""Results for scripts: JSON alone on standard output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script; all else goes to standard error.")]


@contextmanager
def results(as_json: bool) -> Iterator[Callable[[Any], None]]:
    """Gives a function that prints a value as JSON if that is wanted, and does nothing otherwise.

    If it is, whatever else is written to standard output, by subprocesses too, goes to standard error.
    """
    if not as_json:
        yield lambda _: None
        return
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w") as stdout:
        os.dup2(2, 1)
        try:
            yield lambda value: print(json.dumps(value, indent=2, ensure_ascii=False), file=stdout)
        finally:
            sys.stdout.flush()
            os.dup2(stdout.fileno(), 1)
