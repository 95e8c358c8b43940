"""Judges the answers of a function during releases, and counts which version gave them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.callers import Call

SETTLE_SECONDS = 2.0
"""How long after a change of the alias the version that it served before may still answer new calls."""

Body = Mapping[str, Any]
"""An answer without its version."""


@dataclass(frozen=True)
class Period:
    """A time in which the alias may have served these versions."""

    versions: frozenset[int]
    began: float
    ended: float


def periods(observed: Sequence[Call]) -> list[Period]:
    """Return what the alias served, from calls that read its versions one after the other.

    The alias may have changed at any time between the beginning of a call and the end of the next one. The periods
    overlap by this time.
    """
    found: list[Period] = []
    for place, call in enumerate(observed):
        began, ended = observed[max(place - 1, 0)].began, observed[min(place + 1, len(observed) - 1)].ended
        if found and found[-1].versions == call.answer:
            found[-1] = replace(found[-1], ended=ended)
        else:
            found.append(Period(call.answer, began, ended))
    return found


def mistake(call: Call, served: Sequence[Period], expected: Mapping[int, Body]) -> str | None:
    """Return what is wrong with an answer, or None.

    `expected` has the answers of the versions that have passed their checks.
    """
    version = version_of(call)
    if version is None:
        return f"unexpected answer: {call.answer}"
    body = {key: value for key, value in call.answer.items() if key != "version"}
    if version not in expected:
        return f"version {version} answered, which has not passed its checks"
    if body != expected[version]:
        return f"version {version} answered {body} instead of {expected[version]}"
    for period in served:
        began_in_time = call.began <= period.ended + SETTLE_SECONDS and call.ended >= period.began
        if version in period.versions and began_in_time:
            return None
    return f"version {version} answered, which the alias did not serve at that time"


def version_of(call: Call) -> int | None:
    """Return the version that answered. None if the answer doesn't name one."""
    named = call.answer.get("version") if isinstance(call.answer, dict) else None
    return int(named) if isinstance(named, str) and named.isdecimal() else None


def answers_by_version(calls: Sequence[Call], began: float, interval: float) -> list[dict[str, int]]:
    """Return the number of answers of each version in each interval since the beginning."""
    last = max((call.ended for call in calls), default=began)
    counts: list[Counter[str]] = [Counter() for _ in range(int((last - began) / interval) + 1)]
    for call in calls:
        counts[int((call.ended - began) / interval)][_name(call)] += 1
    return [dict(count) for count in counts]


def answers_during_canaries(calls: Sequence[Call], served: Sequence[Period]) -> list[dict[str, int]]:
    """Return the number of answers of each version in each period in which the alias served two, the older first."""
    canaries = [period for period in served if len(period.versions) > 1]
    return [
        {
            str(version): sum(_name(call) == str(version) and _within(call, period) for call in calls)
            for version in sorted(period.versions)
        }
        for period in canaries
    ]


def _within(call: Call, period: Period) -> bool:
    return period.began <= call.began and call.ended <= period.ended


def _name(call: Call) -> str:
    return str(version_of(call) or "unknown")


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the value that this percentage of the values, which are in ascending order, don't exceed."""
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]
