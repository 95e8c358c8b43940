"""Alarms beyond the recording, in which the emulator stored only a part of the recorded provider's alarms."""

from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:us-east-1:000000000000:alarms"
SLOW: dict[str, Any] = {
    "name": "slow",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 3,
    "datapointsToAlarm": 2,
    "metricName": "Duration",
    "namespace": "AWS/Lambda",
    "dimensions": {"FunctionName": "f", "Resource": "f:live"},
    "period": 60,
    "extendedStatistic": "p95",
    "threshold": 2400.5,
    "treatMissingData": "notBreaching",
    "evaluateLowSampleCountPercentiles": "ignore",
    "alarmActions": [TOPIC],
    "okActions": [TOPIC],
}


@pytest.fixture
def slow(engine: Engine) -> Any:
    """The id, the inputs and the state of an alarm on the 95th percentile."""
    inputs, failures = engine.check(ALARM, SLOW)
    assert failures == []
    id, state = engine.create(ALARM, inputs)
    yield id, inputs, state
    engine.delete(ALARM, id, inputs, state)


def test_an_alarm_has_its_inputs_and_no_difference_afterwards(engine: Engine, slow: Any, cloud: Any) -> None:
    id, inputs, state = slow
    assert {name: state[name] for name in SLOW} == SLOW
    assert engine.diff(ALARM, id, state, inputs, inputs).verdict == "none"
    _, _, read = engine.read(ALARM, id, inputs, state)
    assert engine.diff(ALARM, id, read, inputs, inputs).verdict == "none"
    (alarm,) = cloud("cloudwatch").describe_alarms(AlarmNames=[id])["MetricAlarms"]
    assert (alarm["ExtendedStatistic"], alarm["AlarmActions"], alarm["ActionsEnabled"]) == ("p95", [TOPIC], True)


@pytest.mark.parametrize(
    "change",
    [
        {"period": 300},
        {"threshold": 100},
        {"dimensions": {"FunctionName": "f"}},
        {"treatMissingData": "breaching"},
        {"alarmDescription": "too slow"},
        {"actionsEnabled": False},
        {"okActions": []},
    ],
)
def test_a_change_updates_only_the_changed_properties(engine: Engine, slow: Any, change: dict[str, Any]) -> None:
    id, inputs, state = slow
    changed, _ = engine.check(ALARM, SLOW | change, inputs)
    diff = engine.diff(ALARM, id, state, inputs, changed)
    assert (diff.verdict, diff.diffs) == ("update", list(change))
    after = engine.update(ALARM, id, state, inputs, changed)
    assert {name: after[name] for name in change} == change
    assert engine.diff(ALARM, id, after, changed, changed).verdict == "none"


def test_an_expression_over_several_metrics_is_refused(engine: Engine) -> None:
    _, (failure,) = engine.check(ALARM, SLOW | {"metricQueries": [{"id": "e", "expression": "a/b"}]})
    assert failure.startswith('property "metricQueries" is not supported by the local plugin')
