"""Describes alarms in XML as completely as in JSON.

The official AWS provider requests XML. MiniStack leaves most of an alarm out of that, so every run would find a
difference (MiniStack 1.5.33, `_describe_alarms`).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

_describe = cloudwatch._describe_alarms


def describe_alarms_in_xml() -> None:
    cloudwatch._describe_alarms = describe


def describe(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
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
