"""Decides which version the alias `live` serves. The alias itself records that, in its description.

One UpdateAlias call changes version and record together, so a rollback needs neither Pulumi's state nor its lock, and
the next update knows of it.
"""

import re
from dataclasses import dataclass, field

MAX_DESCRIPTION_LENGTH = 256
"""How many characters Lambda allows (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html)."""
MAX_PASSED = 20
"""How many versions the record names. The oldest are left out."""

_PASSED = re.compile(r"passed (?P<versions>[0-9]+(?: [0-9]+)*)(?:; |$)")
_HELD = re.compile(
    r"held at (?P<version>[0-9]+) instead of (?P<instead_of>[0-9]+) "
    r"since (?P<since>\S+) by (?P<by>\S+)(?:: (?P<reason>.*))?$"
)


@dataclass(frozen=True)
class Hold:
    """A rollback. Updates keep it until a version newer than `instead_of` passes its checks."""

    version: int
    instead_of: int
    """The version that was rolled back from."""
    since: str
    """The time in UTC, in ISO 8601, such as `2026-11-28T14:30:00Z`."""
    by: str
    """Who rolled back: a name without blanks."""
    reason: str = ""

    def __str__(self) -> str:
        text = f"held at {self.version} instead of {self.instead_of} since {self.since} by {self.by}"
        return f"{text}: {self.reason}" if self.reason else text


@dataclass(frozen=True)
class Live:
    """What the alias serves."""

    version: int
    passed: tuple[int, ...] = ()
    """The versions that passed their checks, the oldest first."""
    hold: Hold | None = None
    exists: bool = field(default=True, compare=False)
    """Whether there is an alias already."""

    @classmethod
    def read(cls, version: int, description: str) -> "Live":
        """Read the record of an alias. A description without one is of an alias that served before there were records,
        so the version that it serves has passed.
        """
        passed = _PASSED.match(description)
        held = _HELD.search(description, passed.end() if passed else 0)
        hold = None
        if held:
            hold = Hold(int(held["version"]), int(held["instead_of"]), held["since"], held["by"], held["reason"] or "")
        return cls(version, tuple(map(int, passed["versions"].split())) if passed else (version,), hold)

    @property
    def description(self) -> str:
        """The record, for the alias. A long reason of a hold is cut."""
        parts = [f"passed {' '.join(map(str, self.passed))}", *([str(self.hold)] if self.hold else [])]
        return "; ".join(parts)[:MAX_DESCRIPTION_LENGTH].rstrip()


def next_live(current: Live | None, newest: int) -> Live:
    """Return what the alias should serve once the newest version has passed its checks.

    `current` is None if there is no alias yet.
    """
    if current is None:
        return Live(newest, (newest,), exists=False)
    passed = (*(version for version in current.passed if version != newest), newest)[-MAX_PASSED:]
    if current.hold and newest <= current.hold.instead_of:
        return Live(current.hold.version, tuple(sorted(passed)), current.hold)
    return Live(newest, passed)


def rolled_back(current: Live, version: int, since: str, by: str, reason: str = "") -> Live:
    """Return what the alias should serve after it was moved to another version that has passed.

    A second rollback is held back from the same version as the first one. Without an older version there is no hold.
    """
    newest = max(current.version, current.hold.instead_of if current.hold else 0)
    hold = Hold(version, newest, since, by, reason) if version < newest else None
    return Live(version, current.passed, hold)


def released(current: Live) -> Live:
    """Return what the alias should serve after the end of a hold: the version that was rolled back from."""
    return Live(current.hold.instead_of, current.passed) if current.hold else current
