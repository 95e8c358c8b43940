"""aws:cloudwatch/metricAlarm:MetricAlarm"""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.clients import CloudWatchClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import (
    Property,
    arn,
    at_least,
    conflicts_with,
    in_any_order,
    is_zero,
    length,
    matching,
    one_of,
)
from sandbox.offline.plugins.values import Values

_OPERATORS = (
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"),
    *("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"),
)
_PREFIXES = ("Kilo", "Mega", "Giga", "Tera")
_SIZES = ("Bytes", "Bits", *(f"{prefix}{unit}" for unit in ("bytes", "bits") for prefix in _PREFIXES))
_UNITS = ("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None", *_SIZES, "Count/Second")
_EXTENDED = matching(
    r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|(PR|TM|TC|TS|WM)\([^()]*:[^()]*\)|IQM", "a percentile, such as p95"
)
_ACTIONS = Property(valid=arn, same=in_any_order, max_items=5)


def _period(label: str, value: Any) -> str | None:
    """Checks a period in seconds."""
    if value in (10, 20, 30) or value % 60 == 0:
        return None
    return f"expected {label} to be one of [10 20 30] or divisible by 60, got {value}"


PROPERTIES: Mapping[str, Property] = {
    "actionsEnabled": Property(default=True),
    "alarmActions": _ACTIONS,
    "alarmDescription": Property(valid=length(0, 1024)),
    "arn": Property(computed=True),
    "comparisonOperator": Property(required=True, valid=one_of(*_OPERATORS)),
    "datapointsToAlarm": Property(valid=at_least(1)),
    "dimensions": Property(),
    "evaluateLowSampleCountPercentiles": Property(computed=True, valid=one_of("evaluate", "ignore")),
    "evaluationPeriods": Property(required=True, valid=at_least(1)),
    "extendedStatistic": Property(valid=_EXTENDED),
    "insufficientDataActions": _ACTIONS,
    "metricName": Property(valid=length(0, 255)),
    "metricQueries": Property(default=[], output_only=True),
    "name": Property(computed=True, replaces=True, valid=length(0, 255)),
    "namespace": Property(valid=matching(r"[^:].*|", "doesn't begin with a colon")),
    "okActions": _ACTIONS,
    "period": Property(valid=_period),
    "statistic": Property(valid=one_of("SampleCount", "Average", "Sum", "Minimum", "Maximum")),
    "threshold": Property(),
    "thresholdMetricId": Property(),
    "treatMissingData": Property(default="missing", valid=one_of("breaching", "ignore", "missing", "notBreaching")),
    "unit": Property(valid=one_of(*_UNITS, *(f"{each}/Second" for each in _SIZES))),
}
"""Properties that CloudWatch has had since 2025 are missing here, so they are refused. Expressions over several metrics
are refused too, because the emulator doesn't store them."""

REQUEST: Mapping[str, str] = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "name": "AlarmName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
"""The names of properties in PutMetricAlarm and DescribeAlarms. Dimensions are missing, because their form differs."""


class MetricAlarm(AwsResource[CloudWatchClient]):
    """An alarm on one metric. Its id is its name."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    label = "CloudWatch Metric Alarm"
    service = "cloudwatch"
    not_found_codes = ("ResourceNotFound", "ResourceNotFoundException")
    tagging = Tagging("ResourceARN")
    generated_name = ("name", 255)
    cross_property_rules = (conflicts_with("statistic", "extendedStatistic"),)
    properties: ClassVar = PROPERTIES

    def api_create(self, call: AwsCall, planned: Values) -> str:
        tags: Any = self.new_tags(planned)
        self.client(call, planned).put_metric_alarm(**_request(planned), Tags=tags)
        return str(planned["name"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        cloudwatch = self.client(call, state)
        alarms = cloudwatch.describe_alarms(AlarmNames=[id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        if not alarms:
            return None
        alarm: Any = alarms[0]
        if alarm.get("ExtendedStatistic"):
            alarm["Statistic"] = ""  # the emulator returns an average in addition to a percentile, AWS only one of them
        arn = alarm["AlarmArn"]
        return {
            **{key: alarm.get(name, _EMPTY.get(key, "")) for key, name in REQUEST.items()},
            "arn": arn,
            "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
            "evaluateLowSampleCountPercentiles": alarm.get(
                "EvaluateLowSampleCountPercentile", state.get("evaluateLowSampleCountPercentiles", "")
            ),
            "metricQueries": [],
            "tags": tag_map(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        cloudwatch = self.client(call, planned)
        if {*REQUEST, "dimensions"}.intersection(planning.changed(state, planned)):
            cloudwatch.put_metric_alarm(**_request(planned))

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_alarms(AlarmNames=[id])


_EMPTY: dict[str, Any] = {
    "alarmActions": [],
    "datapointsToAlarm": 0,
    "insufficientDataActions": [],
    "okActions": [],
    "threshold": 0,
}
"""The values in the state of properties that are not strings, if AWS does not return them."""


def _request(planned: Values) -> Any:
    """PutMetricAlarm replaces the whole alarm, so a property that isn't sent is removed."""
    request = {name: planned[key] for key, name in REQUEST.items() if not is_zero(planned.get(key))}
    request.update(ActionsEnabled=planned["actionsEnabled"], Threshold=planned.get("threshold", 0))
    request["Dimensions"] = [{"Name": key, "Value": value} for key, value in planned.get("dimensions", {}).items()]
    return request
