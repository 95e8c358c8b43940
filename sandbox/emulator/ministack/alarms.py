"""Describes alarms in XML as completely as in JSON, and evaluates each alarm on the metric that it names.

The official AWS provider requests XML. MiniStack leaves most of an alarm out of that, so every run would find a
difference. It evaluates an alarm on the metrics of all dimensions, and reports no `StateTransitionedTimestamp`
(MiniStack 1.5.33, `_describe_alarms`, `_evaluate_alarm`).
"""

import json
import operator
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

from sandbox.emulator.ministack.metrics import MINUTE

_describe = cloudwatch._describe_alarms
_record_history = cloudwatch._record_history

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def describe_alarms_in_xml() -> None:
    cloudwatch._describe_alarms = describe


def evaluate_by_dimensions() -> None:
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._record_history = _record_transition


def evaluate(alarm: dict[str, Any]) -> None:
    """Set the state of an alarm by the values of its newest periods. As in MiniStack, no values change no state."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
    metric = (alarm.get("Namespace"), alarm.get("MetricName"), dimensions)
    begin = (time.time() - alarm["Period"] * alarm["EvaluationPeriods"]) // MINUTE * MINUTE
    points = [point for point in list(cloudwatch._metrics.get(metric) or []) if point["Timestamp"] >= begin]
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points) if points else None
    compare = COMPARISONS.get(alarm["ComparisonOperator"])
    if value is None or compare is None:
        return
    state, before = "ALARM" if compare(value, alarm["Threshold"]) else "OK", alarm["StateValue"]
    if state == before:
        return
    reason = f"Threshold Crossed: {statistic} {value} {alarm['ComparisonOperator']} {alarm['Threshold']}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _record_transition(name: str, *transition: Any, **named: Any) -> None:
    """MiniStack calls this for each new alarm and each change of a state."""
    _record_history(name, *transition, **named)
    if alarm := cloudwatch._alarms.get(name):
        alarm["StateTransitionedTimestamp"] = alarm["StateUpdatedTimestamp"]


def describe(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
    for alarm in cloudwatch._alarms.values():
        alarm.setdefault("StateTransitionedTimestamp", alarm["StateUpdatedTimestamp"])  # an update removes it
    if is_cbor or is_json:
        return _describe(params, data, is_cbor, is_json)
    status, _, body = _describe(params, _json_parameters(params), False, True)
    if status != 200:
        return _describe(params, data, is_cbor, is_json)
    found = json.loads(body)
    found["MetricAlarms"] = [_without_additions(alarm) for alarm in found["MetricAlarms"]]
    return cloudwatch._xml(200, "DescribeAlarmsResponse", element("DescribeAlarmsResult", found))


def _json_parameters(params: Any) -> dict[str, Any]:
    """Return the query's parameters in the form of the JSON protocol."""
    single = {
        name: cloudwatch._p(params, name) for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
    }
    members = {name: _members(params, name) for name in ("AlarmNames", "AlarmTypes")}
    return {name: value for name, value in {**single, **members}.items() if value}


def _members(params: Any, name: str) -> list[str]:
    found: list[str] = []
    while value := cloudwatch._p(params, f"{name}.member.{len(found) + 1}"):
        found.append(value)
    return found


def _without_additions(alarm: dict[str, Any]) -> dict[str, Any]:
    """Remove what MiniStack adds to an alarm: empty texts, and a second statistic if it is on a percentile."""
    left_out = {"Statistic"} if alarm.get("ExtendedStatistic") else set()
    return {name: value for name, value in alarm.items() if value not in (None, "") and name not in left_out}


def element(name: str, value: Any) -> str:
    """Return a value as XML of AWS's query protocol, which has list members and times in ISO 8601."""
    match value:
        case Mapping():
            content = "".join(element(key, part) for key, part in value.items())
        case list():
            content = "".join(element("member", part) for part in value)
        case bool():
            content = str(value).lower()
        case int() | float() if name.endswith("Timestamp"):
            content = datetime.fromtimestamp(value, UTC).isoformat()
        case _:
            content = escape(str(value))
    return f"<{name}>{content}</{name}>"
