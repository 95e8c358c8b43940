"""Formats values for people, and for `--json`."""

from datetime import timedelta

from components.function.release import Live
from components.printable import printable


def format_age(age: timedelta) -> str:
    """Return the age in the largest unit that fits: `3 days`, `2 hours`, `5 minutes`, `12 seconds`."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return _count_of(seconds // length, unit)
    return _count_of(seconds, "second")


def _count_of(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def described_release(live: Live | None) -> dict[str, str | None]:
    """Return hold and canary for `--json`, each as one line, or null."""
    hold, canary = (live.hold, live.canary) if live else (None, None)
    return {"held": printable(hold) if hold else None, "canary": printable(canary) if canary else None}
