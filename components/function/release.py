"""Decides which versions the alias `live` serves. The alias itself records that, in its description.

One UpdateAlias call changes versions and record together, so a rollback or the end of a canary needs neither Pulumi's
state nor its lock, and the next update knows of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

MAX_DESCRIPTION_LENGTH = 256
"""How many characters Lambda allows (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html)."""
MAX_PASSED = 20
"""How many versions the record names. The oldest are left out."""

_PASSED = re.compile(r"passed (?P<versions>[0-9]+(?: [0-9]+)*)(?:; |$)")
_CANARY = re.compile(
    r"canary of (?P<version>[0-9]+) at (?P<percent>[0-9]+)% since (?P<since>\S+) for (?P<minutes>[0-9]+) minutes?"
    r"(?P<then>(?:, then [0-9]+%)*)$"
)
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
class Canary:
    """A new version that gets a share of the traffic, while it is watched, before it gets all."""

    version: int
    percent: int
    """Its share of the traffic now, from 1 to 99."""
    since: str
    """When it got this share: the time in UTC, in ISO 8601."""
    minutes: int
    """How long it keeps each share."""
    then: tuple[int, ...] = ()
    """The shares that follow, in percent."""

    def __str__(self) -> str:
        later = "".join(f", then {percent}%" for percent in self.then)
        length = f"{self.minutes} minute{'' if self.minutes == 1 else 's'}"
        return f"canary of {self.version} at {self.percent}% since {self.since} for {length}{later}"


@dataclass(frozen=True)
class Plan:
    """How a new version gets the traffic."""

    percents: tuple[int, ...]
    """Its shares one after the other, before it gets all."""
    minutes: int
    """How long it keeps each share."""

    def begin(self, version: int, now: str) -> Canary:
        return Canary(version, self.percents[0], now, self.minutes, self.percents[1:])


@dataclass(frozen=True)
class Live:
    """What the alias serves. There is never a hold and a canary at the same time."""

    version: int
    """The version that serves all traffic, except for a canary's share."""
    passed: tuple[int, ...] = ()
    """The versions that passed their checks, the oldest first. A canary's version is not one of them yet."""
    hold: Hold | None = None
    canary: Canary | None = None
    seen: "Live | None" = field(default=None, compare=False)
    """What the alias served when this was decided."""

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
        begun = _CANARY.search(description, passed.end() if passed else 0)
        canary = None
        if begun:
            then = tuple(map(int, re.findall("[0-9]+", begun["then"])))
            canary = Canary(int(begun["version"]), int(begun["percent"]), begun["since"], int(begun["minutes"]), then)
        return cls(version, tuple(map(int, passed["versions"].split())) if passed else (version,), hold, canary)

    @property
    def description(self) -> str:
        """The record, for the alias. A long reason of a hold is cut."""
        parts = [f"passed {' '.join(map(str, self.passed))}", *(str(part) for part in (self.hold, self.canary) if part)]
        return "; ".join(parts)[:MAX_DESCRIPTION_LENGTH].rstrip()

    @property
    def predicate(self) -> str:
        """What a sentence says about the module, such as `is held at …` or `has a canary …`.

        It is empty if the newest version serves all traffic.
        """
        if self.hold:
            return f"is {self.hold}"
        return f"has a {self.canary}" if self.canary else ""

    @property
    def weights(self) -> Mapping[int, float]:
        """The shares of other versions than `version`, from 0 to 1, as the alias's routing configuration has them."""
        return {self.canary.version: self.canary.percent / 100} if self.canary else {}


def timestamp() -> str:
    """Return the time in UTC, in ISO 8601, as records have it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def next_live(current: Live | None, newest: int, plan: Plan | None, now: str) -> Live:
    """Return what the alias should serve once the newest version has passed its checks.

    `current` is None if there is no alias yet, and `plan` if the version gets all traffic at once. There is no canary
    of a first version, nor of a version that has served all traffic before. `now` is the time in ISO 8601.
    """
    if current is None:
        return Live(newest, (newest,))
    return replace(_next(current, newest, plan, now), seen=current)


def _next(current: Live, newest: int, plan: Plan | None, now: str) -> Live:
    if current.hold and newest <= current.hold.instead_of:
        return replace(current, version=current.hold.version)
    if plan is None or newest in (*current.passed, current.version):
        return _served(current, newest)
    if current.canary and current.canary.version == newest:
        return current
    return Live(current.version, current.passed, canary=plan.begin(newest, now))


def next_step(current: Live, now: str) -> Live:
    """Return what the alias should serve once a canary's time is over: the next share, or all."""
    if current.canary and current.canary.then:
        percent, *then = current.canary.then
        return replace(current, canary=replace(current.canary, percent=percent, since=now, then=tuple(then)))
    return released(current)


def rolled_back(current: Live, version: int, since: str, by: str, reason: str = "") -> Live:
    """Return what the alias should serve after it was moved to another version that has passed. A canary ends.

    A second rollback is held back from the same version as the first one. Without an older version there is no hold.
    """
    newest = max(current.version, _waiting(current) or 0)
    hold = Hold(version, newest, since, by, reason) if version < newest else None
    return Live(version, current.passed, hold)


def released(current: Live) -> Live:
    """Return what the alias should serve after the end of a hold or a canary: the newest version, with all traffic."""
    waiting = _waiting(current)
    return _served(current, waiting) if waiting else current


def _waiting(current: Live) -> int | None:
    """Return the version that was rolled back from, or that is a canary."""
    if current.hold:
        return current.hold.instead_of
    return current.canary.version if current.canary else None


def _served(current: Live, version: int) -> Live:
    passed = (*(each for each in current.passed if each != version), version)
    return Live(version, passed[-MAX_PASSED:])
