"""The names of EventBridge's rules and buses, and the ids that consist of them."""

import re

from sandbox.offline.plugins.rules import Property, every, length, matching

DEFAULT_BUS = "default"
NAME = every(length(1, 64), matching(r"[0-9A-Za-z_.-]+", "letters, digits and any of _ . -"))
BUS = Property(
    default=DEFAULT_BUS,
    replaces=True,
    valid=every(
        length(1, 1600),
        matching(r"[/.\-_A-Za-z0-9]+|arn:[^:]+:events:[^:]*:[^:]*:event-bus/[/.\-_A-Za-z0-9]+", "name or ARN of a bus"),
    ),
)
"""The property `eventBusName`."""
_BUS_WITH_SLASHES = re.compile(
    r"(arn:aws[\w-]*:events:[a-z]{2}-[a-z]+-[\w-]+:[0-9]{12}:event-bus/)?"
    r"([0-9A-Za-z_.-]+|aws\.partner(/[0-9A-Za-z_.-]+){2,})"
)


def join(separator: str, bus: str, *names: str) -> str:
    """Returns the id of a rule or target: its names, after that of a bus other than the default one."""
    return separator.join(names if bus in ("", DEFAULT_BUS) else (bus, *names))


def split(id: str, count: int) -> tuple[str, ...] | None:
    """Returns the bus and the names, of which there are `count`, in an id with slashes. None if it has another form."""
    bus, *names = id.rsplit("/", count) if id.count("/") >= count else ("", *id.split("/"))
    if len(names) != count or not all(names) or (bus and not _BUS_WITH_SLASHES.fullmatch(bus)):
        return None
    return (bus or DEFAULT_BUS, *names)
