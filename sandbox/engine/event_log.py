"""The events of a `pulumi` run, from the file that `--event-log` makes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def events_in(event_log: Path) -> Iterator[dict[str, Any]]:
    """None where there is no such file; without a last line that a killed run could not finish."""
    if not event_log.exists():
        return
    with event_log.open(newline="\n") as lines:  # `splitlines` would cut within a text, at U+0085 for example
        yield from (json.loads(line) for line in lines if line.endswith("\n"))
