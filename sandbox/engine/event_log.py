"""The events of a `pulumi` run, and the readable log that is made of them: each line of each build with its time."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from components.printable import printable, printable_lines

CANCELLED = "^C received"
_COLOUR = re.compile(r"<\{%.*?%\}>")
"""The marks that Pulumi writes for colours: `<{%reset%}>`."""


def events_in(event_log: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of the file that `--event-log` writes; none if there is no such file.

    A last line that a killed run could not finish is left out.
    """
    if not event_log.exists():
        return
    with event_log.open(newline="\n") as lines:  # `splitlines` would cut within a text, at U+0085 for example
        yield from (json.loads(line) for line in lines if line.endswith("\n"))


def write_transcript(event_log: Path, transcript: Path) -> None:
    """Write a readable log. It is empty if the run ended before it wrote any event."""
    transcript.write_text("".join(f"{line}\n" for line in lines(events_in(event_log))))


def was_cancelled(event_log: Path) -> bool:
    """Return whether `pulumi` was stopped by Ctrl-C. It reads the key itself, so no signal is sent."""
    return any(event.get("stdoutEvent", {}).get("message", "").startswith(CANCELLED) for event in events_in(event_log))


def errors(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the errors of a run, each once and with the name of its resource."""
    found = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    said = [
        f"{printable(_name(each.get('urn', '')))}: {printable_lines(_COLOUR.sub('', each['message']).strip())}"
        for each in found
        if each["severity"] == "error"
    ]
    return list(dict.fromkeys(said))


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
