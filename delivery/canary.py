"""Judges a canary: compares its calls with those of the version beside it, by CloudWatch's metrics of each version."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from components.naming import MODULE_TAG
from components.served import ALIAS
from delivery.alarms import firing
from delivery.live import Function, aws_errors

LOWEST_RATE = 0.001
"""The share of failing calls that is expected of a version even if none has been seen."""
UNLIKELY = 0.01
"""A canary has too many failing calls if the version beside it would have as many with less than this probability."""
COMPARABLE_CALLS = 10
"""How many calls of each version are needed to compare durations."""
SLOWER = 2.0
"""Which multiple of the duration of the version beside it makes a canary too slow."""
NOTICEABLE_SECONDS = 0.1
"""Smaller differences of duration don't count."""
METRICS = {"count": "Invocations", "errors": "Errors", "throttles": "Throttles", "ms": "Duration"}
"""Lambda's metrics: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""
_PERIOD = timedelta(minutes=1)


@dataclass(frozen=True)
class Calls:
    """The calls of one version by way of the alias."""

    count: int = 0
    """How many were executed, whether or not they failed."""
    errors: int = 0
    """How many of these ended in an error."""
    throttles: int = 0
    """How many others were refused, because too many ran."""
    seconds: float = 0.0
    """How long all executed calls took together."""

    @property
    def mean(self) -> float:
        return self.seconds / self.count if self.count else 0.0

    def __str__(self) -> str:
        throttled = f", {self.throttles} throttled" if self.throttles else ""
        mean = f", {self.mean * 1000:.0f} ms on average" if self.count else ""
        return f"{self.count} calls, {self.errors} failed{throttled}{mean}"


def fault(canary: Calls, beside: Calls) -> str | None:
    """Return what is wrong with a canary, compared with the calls of the version beside it. None if nothing is."""
    if _too_many(canary.errors, canary.count, beside.errors, beside.count):
        return f"errors in {_of(canary.errors, canary.count)} calls, before in {_of(beside.errors, beside.count)}"
    all_calls, all_beside = canary.count + canary.throttles, beside.count + beside.throttles
    if _too_many(canary.throttles, all_calls, beside.throttles, all_beside):
        refused, before = _of(canary.throttles, all_calls), _of(beside.throttles, all_beside)
        return f"{refused} calls were throttled, before {before}"
    if min(canary.count, beside.count) >= COMPARABLE_CALLS and canary.mean > max(
        SLOWER * beside.mean, beside.mean + NOTICEABLE_SECONDS
    ):
        return f"calls took {canary.mean * 1000:.0f} ms on average, before {beside.mean * 1000:.0f} ms"
    return None


def _of(some: int, count: int) -> str:
    return f"{some} of {count}"


def _too_many(failed: int, calls: int, failed_beside: int, calls_beside: int) -> bool:
    """Return whether so many failing calls are more than chance, if the version beside it shows what is usual."""
    if not failed:
        return False
    usual = failed_beside / calls_beside if calls_beside else 0.0
    return _probability(failed, calls, min(max(usual, LOWEST_RATE), 1 - LOWEST_RATE)) < UNLIKELY


def _probability(failed: int, calls: int, rate: float) -> float:
    """Return how likely at least this many of some calls fail, if each fails at this rate (binomial distribution)."""

    def exactly(number: int) -> float:
        ways = math.lgamma(calls + 1) - math.lgamma(number + 1) - math.lgamma(calls - number + 1)
        return math.exp(ways + number * math.log(rate) + (calls - number) * math.log1p(-rate))

    return 1.0 - math.fsum(exactly(number) for number in range(failed))


def calls_of(function: Function, versions: list[int], since: str) -> dict[int, Calls]:
    """Read the calls of versions by way of the alias since a time in ISO 8601. Raises ReleaseError if AWS refuses."""
    now = datetime.now(UTC)
    start = min(datetime.fromisoformat(since), now).replace(second=0, microsecond=0)
    queries = {
        f"{name}{version}": _query(function.name, version, metric)
        for version in versions
        for name, metric in METRICS.items()
    }
    with aws_errors(f"reading the metrics of {function.name}"):
        pages = (
            function.client("cloudwatch")
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=[{"Id": name, "MetricStat": stat} for name, stat in queries.items()],
                StartTime=start,
                EndTime=now + _PERIOD,
            )
        )
        sums = dict.fromkeys(queries, 0.0)
        for page in pages:
            for result in page["MetricDataResults"]:
                sums[result["Id"]] += sum(result["Values"])
    return {
        version: Calls(
            count=round(sums[f"count{version}"]),
            errors=round(sums[f"errors{version}"]),
            throttles=round(sums[f"throttles{version}"]),
            seconds=sums[f"ms{version}"] / 1000,
        )
        for version in versions
    }


def _query(function: str, version: int, metric: str) -> dict[str, object]:
    dimensions = {"FunctionName": function, "Resource": f"{function}:{ALIAS}", "ExecutedVersion": str(version)}
    return {
        "Metric": {
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        },
        "Period": round(_PERIOD.total_seconds()),
        "Stat": "Sum",
    }


def raised_alarm(function: Function, since: str) -> str | None:
    """Return an alarm of the module that was raised since a time in ISO 8601, and still is. None if there is none.

    Raises ReleaseError if AWS refuses.
    """
    start = datetime.fromisoformat(since)
    return next(
        (
            alarm.name
            for alarm in firing(function.client, f"{function.name}-")
            if alarm.since >= start and alarm.tags.get(MODULE_TAG) == function.module
        ),
        None,
    )
