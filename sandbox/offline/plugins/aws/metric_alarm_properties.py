"""The properties of a metric alarm."""

from collections.abc import Mapping
from typing import Any

from sandbox.offline.plugins.rules import Property, arn, at_least, in_any_order, length, matching, one_of

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
    """Seconds."""
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
"""Not here, so refused: what CloudWatch got since 2025. Expressions over several metrics are refused too: the emulator
forgets them."""

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
"""What PutMetricAlarm and DescribeAlarms call them; dimensions have another form there."""
