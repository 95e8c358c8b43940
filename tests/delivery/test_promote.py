"""How a canary ends; the alias is the emulator's, and metrics and time are the test's."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from components.function.release import Canary, Live
from components.naming import MODULE_TAG
from delivery import promote as promoting
from delivery.canary import Calls, calls_of, raised_alarm
from delivery.live import Function, ReleaseError
from delivery.promote import CanaryFailedError, Clock, promote, promote_all, with_canaries
from tests.delivery.conftest import NAME, live

START = datetime(2026, 11, 28, 14, 30, tzinfo=UTC)
SINCE = "2026-11-28T14:30:00Z"
GOOD = {2: Calls(20, seconds=2), 1: Calls(180, seconds=18)}
BAD = {2: Calls(20, errors=5, seconds=2), 1: Calls(180, seconds=18)}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, wall: datetime = START) -> None:
        self.wall, self.slept = wall, 0.0
        self.events: list[tuple[float, Callable[[], object]]] = []
        """What happens when this much time has passed."""

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.slept, self._sleep)

    def _sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept += seconds
        self.wall += timedelta(seconds=seconds)
        for event in [event for event in self.events if event[0] <= self.slept]:
            self.events.remove(event)
            event[1]()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[int, Calls]:
    """The calls that CloudWatch knows."""
    known = dict(GOOD)
    monkeypatch.setattr(
        promoting, "calls_of", lambda function, versions, since: {each: known[each] for each in versions}
    )
    monkeypatch.setattr(promoting, "raised_alarm", lambda function, since: None)
    return known


def begin(function: Function, *then: int, since: str = SINCE) -> Live:
    """Begin a canary of version 2 beside version 1."""
    begun = Live(1, (1,), canary=Canary(2, 10, since, 15, then))
    return function.move(function.served(), begun)


def said() -> list[str]:
    return []


@pytest.mark.usefixtures("calls")
def test_a_good_canary_serves_all_callers_when_its_time_is_over(orders: Function) -> None:
    begin(orders)
    time, lines = Time(), said()
    assert promote(orders, True, lines.append, time.clock)
    assert time.slept == 15 * 60
    assert live(orders) == Live(2, (1, 2))
    assert orders.served().weights == {}
    assert lines[0] == (
        "orders: version 2 gets 10%: 20 calls, 0 failed, 100 ms on average; "
        "version 1: 180 calls, 0 failed, 100 ms on average"
    )
    assert lines[-1] == "orders serves version 2 to all callers"


@pytest.mark.usefixtures("calls")
def test_each_share_takes_its_time(orders: Function) -> None:
    begin(orders, 50)
    time, lines = Time(), said()
    time.events.append((15 * 60 + 20, lambda: lines.append(f"half: {orders.served().weights}")))
    assert promote(orders, True, lines.append, time.clock)
    assert "half: {2: 0.5}" in lines
    assert time.slept == 30 * 60


def test_a_bad_canary_is_given_up_at_once_and_held(orders: Function, calls: dict[int, Calls]) -> None:
    begin(orders)
    time = Time()
    time.events.append((60, lambda: calls.update(BAD)))
    with pytest.raises(
        CanaryFailedError, match=r"orders is held at 1 instead of 2 since .* by promote: errors in 5 of 20"
    ):
        promote(orders, True, said().append, time.clock)
    assert time.slept == 60
    now = live(orders)
    assert (now.version, now.passed, now.canary, orders.served().weights) == (1, (1,), None, {})
    assert orders.release() == Live(2, (1, 2)), "somebody knows better"


def test_a_raised_alarm_ends_a_canary(
    orders: Function, monkeypatch: pytest.MonkeyPatch, calls: dict[int, Calls]
) -> None:
    monkeypatch.setattr(promoting, "raised_alarm", lambda function, since: f"{NAME}-errors")
    begin(orders)
    with pytest.raises(CanaryFailedError, match=f"the alarm {NAME}-errors was raised"):
        promote(orders, False, said().append, Time().clock)


@pytest.mark.usefixtures("calls")
def test_without_waiting_only_what_is_due_is_done(orders: Function) -> None:
    begun, lines = begin(orders), said()
    assert not promote(orders, False, lines.append, Time(START + timedelta(minutes=5)).clock)
    assert live(orders) == begun
    assert lines[-1] == "orders: this share ends in 10 minutes"
    assert promote(orders, False, lines.append, Time(START + timedelta(minutes=15)).clock)
    assert live(orders) == Live(2, (1, 2))


@pytest.mark.usefixtures("calls")
def test_a_watch_that_was_ended_is_continued_where_it_was(orders: Function) -> None:
    begin(orders)
    time = Time(START + timedelta(minutes=12))
    assert promote(orders, True, said().append, time.clock)
    assert time.slept == 3 * 60


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)])
def test_a_clock_that_jumps_meanwhile_changes_nothing(orders: Function, jump: timedelta) -> None:
    begin(orders)
    time = Time()
    time.events.append((60, lambda: setattr(time, "wall", time.wall + jump)))
    assert promote(orders, True, said().append, time.clock)
    assert time.slept == 15 * 60


@pytest.mark.usefixtures("calls")
def test_a_record_of_the_future_is_watched_no_longer_than_it_was_to_be(orders: Function) -> None:
    begin(orders)
    time = Time(START - timedelta(hours=2))
    assert promote(orders, True, said().append, time.clock)
    assert time.slept == 15 * 60


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("moved", "message"),
    [
        (
            lambda orders: orders.roll_back(None, "alice", "looks odd"),
            "someone else moved `live`: .*held at 1 instead of 2",
        ),
        (
            lambda orders: orders.client("lambda").update_alias(FunctionName=NAME, Name="live", RoutingConfig={}),
            "someone else moved `live`: it sends calls to version 1, and its record is `passed 1; canary of 2",
        ),
        (
            lambda orders: orders.client("lambda").update_alias(
                FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"3": 0.2}}
            ),
            "to version 1, 20% to version 3",
        ),
        (
            lambda orders: orders.client("lambda").delete_alias(FunctionName=NAME, Name="live"),
            "has no alias `live`: .*someone deleted the alias",
        ),
    ],
    ids=["rolled back", "weights removed", "other weights", "deleted"],
)
def test_an_alias_that_someone_else_moves_is_left_alone(
    orders: Function, moved: Callable[[Function], object], message: str
) -> None:
    begin(orders)
    time = Time()
    time.events.append((60, lambda: moved(orders)))
    with pytest.raises(ReleaseError, match=message):
        promote(orders, True, said().append, time.clock)
    assert time.slept == 60


@pytest.mark.usefixtures("calls")
def test_a_canary_that_someone_releases_has_ended_well(orders: Function) -> None:
    begin(orders)
    time = Time()
    time.events.append((60, orders.release))
    assert promote(orders, True, said().append, time.clock)
    assert live(orders) == Live(2, (1, 2))


def test_a_rollback_during_a_canary_ends_it_whatever_is_known_of_the_version_beside_it(orders: Function) -> None:
    begin(orders)
    digest = orders.version(1, None).digest
    orders.client("ecr").batch_delete_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])
    held = orders.roll_back(None, "alice", "looks odd").hold
    assert held and (held.version, held.instead_of, orders.served().weights) == (1, 2, {})


def test_what_there_is_no_canary_of_is_not_watched(orders: Function) -> None:
    assert with_canaries([orders]) == []
    begin(orders)
    assert with_canaries([orders]) == [orders]
    assert with_canaries([replace(orders, name="another")]) == []


def test_all_canaries_are_watched_and_all_failures_reported(
    orders: Function, calls: dict[int, Calls], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(orders)
    calls.update(BAD)
    ended, errors = promote_all([orders, replace(orders, module="other", name="other")], False, said().append)
    assert ended == ["orders"]
    assert [error.partition(" ")[0] for error in errors] == ["orders", "other"]


def test_the_calls_of_each_version_are_read_from_cloudwatch(orders: Function) -> None:
    cloudwatch = orders.client("cloudwatch")
    for version, durations, errors in (("1", [10.0, 30.0], 0), ("2", [500.0], 1)):
        named = {"FunctionName": NAME, "Resource": f"{NAME}:live", "ExecutedVersion": version}
        dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
        for duration in durations:
            cloudwatch.put_metric_data(
                Namespace="AWS/Lambda",
                MetricData=[
                    {"MetricName": "Invocations", "Dimensions": dimensions, "Value": 1.0},
                    {"MetricName": "Errors", "Dimensions": dimensions, "Value": float(errors)},
                    {"MetricName": "Duration", "Dimensions": dimensions, "Value": duration},
                ],
            )
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert calls_of(orders, [1, 2, 3], now) == {1: Calls(2, seconds=0.04), 2: Calls(1, 1, seconds=0.5), 3: Calls()}


def test_an_alarm_counts_if_it_is_the_modules_and_was_raised_since(orders: Function) -> None:
    cloudwatch = orders.client("cloudwatch")
    for name, module in ((f"{NAME}-errors", "orders"), (f"{NAME}-late-errors", "orders-late")):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            **{"Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "Threshold": 1.0},
            **{"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold"},
            Tags=[{"Key": MODULE_TAG, "Value": module}],
        )
    before = f"{datetime.now(UTC) - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    cloudwatch.set_alarm_state(AlarmName=f"{NAME}-late-errors", StateValue="ALARM", StateReason="test")
    assert raised_alarm(orders, before) is None
    cloudwatch.set_alarm_state(AlarmName=f"{NAME}-errors", StateValue="ALARM", StateReason="test")
    assert raised_alarm(orders, before) == f"{NAME}-errors"
    time.sleep(0.01)
    later = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    assert raised_alarm(orders, later) is None, "it was raised before the canary"
