"""Splits the time of one command into phases, by its timeline."""

from collections.abc import Iterable

from benchmarks.timeline import Event
from components.served import MODULE_TYPE

COMMAND = "command: Docker, engine, emulator found; plugins served"
ENGINE = "engine starts"
PROGRAM = "program starts (settings, first calls)"
BUILD = "build"
PUSH = "push"
SPANS = {
    "aws:lambda/function:Function": "function update",
    "aws:lambda/invocation:Invocation": "smoke",
    "aws:lambda/alias:Alias": "alias",
}
"""The phases that are the time of one resource, by its type."""
REST = "other resources, and the engine between"
END = "engine ends"
ASK = "each module asked"
ORDER = (COMMAND, ENGINE, PROGRAM, BUILD, PUSH, *SPANS.values(), REST, END, ASK)

IMAGE = "docker:index/image:Image"
PUSHING = "Pushing Image to the registry"
UNCHANGED = "same"


def phases(
    events: Iterable[tuple[float, Event]], engine_started: float, engine_ended: float, ended: float
) -> dict[str, float]:
    """Return the seconds by phase, in ORDER. They sum up to `ended`. A phase that did not occur is left out.

    This is for one module only. The resources of several modules would overlap.
    """
    timed = [(min(at, engine_ended), event) for at, event in events]  # what was written last may be read late
    first_event, last_event = timed[0][0], timed[-1][0]
    program = next((at for at, event in timed if _begins(event) == MODULE_TYPE), last_event)
    found = {
        COMMAND: engine_started,
        ENGINE: first_event - engine_started,
        PROGRAM: program - first_event,
        **_spans(timed),
        END: engine_ended - last_event,
        ASK: ended - engine_ended,
    }
    found[REST] = ended - sum(found.values())
    return {name: found[name] for name in ORDER if name in found}


def _spans(timed: list[tuple[float, Event]]) -> dict[str, float]:
    """Return the seconds of the slow resources, from the engine's first event about one to its first end."""
    begun: dict[str, float] = {}
    spans: dict[str, float] = {}
    for at, event in timed:
        if PUSHING in event.get("diagnosticEvent", {}).get("message", ""):
            begun[PUSH] = at
            spans[BUILD] = at - begun[IMAGE]
        elif kind := _begins(event):
            begun.setdefault(kind, at)
        elif (kind := _ends(event)) == IMAGE:
            spans[PUSH] = at - begun[PUSH]
        elif kind in SPANS:
            spans.setdefault(SPANS[kind], at - begun[kind])
    return spans


def _begins(event: Event) -> str:
    """Return the type of the resource that the engine begins with, or an empty text."""
    return _type(event, "resourcePreEvent")


def _ends(event: Event) -> str:
    return _type(event, "resOutputsEvent")


def _type(event: Event, kind: str) -> str:
    metadata = event.get(kind, {}).get("metadata", {})
    return "" if metadata.get("op") == UNCHANGED and metadata.get("type") != MODULE_TYPE else metadata.get("type", "")
