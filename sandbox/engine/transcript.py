"""A readable log of a `pulumi` run, made of the events it wrote: every line of every build, with its time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from components.printable import printable, printable_lines
from sandbox.engine.event_log import events_in

CANCELLED = "^C received"
_COLOUR = re.compile(r"<\{%.*?%\}>")
"""Pulumi's own marks for colours: `<{%reset%}>`."""


def write(event_log: Path, transcript: Path) -> None:
    """From the file that `--event-log` made; a run that ended before it could write one leaves an empty log."""
    transcript.write_text("".join(f"{line}\n" for line in lines(events_in(event_log))))


def was_cancelled(event_log: Path) -> bool:
    """Whether `pulumi` was stopped with Ctrl-C in a terminal, which it reads itself: no signal is sent then."""
    return any(event.get("stdoutEvent", {}).get("message", "").startswith(CANCELLED) for event in events_in(event_log))


def lines(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """`20:26:40  thumbnail-image  [stage-0 5/5] COPY handler.py ./`, a line for each that was diagnostic or done."""
    for event in events:
        at = f"{datetime.fromtimestamp(event['timestamp']):%H:%M:%S}"
        for name, text in _messages(event):
            for line in text.splitlines():
                yield f"{at}  {printable(name)}  {printable_lines(line)}".rstrip()


def _messages(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if output := event.get("stdoutEvent"):
        yield "pulumi", _COLOUR.sub("", output["message"])
    if diagnostic := event.get("diagnosticEvent"):
        severity = "" if diagnostic["severity"].startswith("info") else f"{diagnostic['severity']}: "
        yield _name(diagnostic.get("urn", "")), severity + _COLOUR.sub("", diagnostic["message"]).strip()
    for kind, suffix in (("resourcePreEvent", ""), ("resOutputsEvent", " done"), ("resOpFailedEvent", " failed")):
        step = event.get(kind, {}).get("metadata", {})
        if step and step["op"] != "same":
            yield _name(step["urn"]), step["op"] + suffix


def _name(urn: str) -> str:
    return urn.rpartition("::")[2] or "pulumi"
