"""Publishes the metrics of all of a function's invocations, and returns metrics as AWS does.

MiniStack publishes metrics only of Invoke requests and load balancers, only by function, and counts throttled requests
twice. A query without dimensions gets the values of all dimensions. The start of a query is not rounded, and
GetMetricData returns the oldest values first (MiniStack 1.5.33).
"""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import cloudwatch, lambda_svc

from sandbox.emulator.ministack.answers import Answer, Data

MINUTE = 60
"""Seconds. Lambda sends the metrics of each minute."""
DURATION_STEP = 1.02
"""Durations are rounded to powers of this."""
DURATION = "sandbox-duration"
"""The key of a result that has the milliseconds which the function took, without those of starting its container."""

Execute = Callable[[Data, Any], Data]

_publishing = threading.Lock()
_dims_from_list = cloudwatch._dims_from_list


class Dimensions(dict[str, str]):
    """The dimensions of a query. GetMetricStatistics returns the values of all dimensions if they are false."""

    def __bool__(self) -> bool:
        return True


def publish_metrics() -> None:
    """Measure at the one place that each invocation passes.

    Apply this before `routing.route_by_weight`, so that the version has been drawn when the invocation is measured.
    """
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None
    lambda_svc._execute_function = _measured(lambda_svc._execute_function)
    cloudwatch._get_metric_data = _answering_as_aws(cloudwatch._get_metric_data)
    cloudwatch._get_metric_statistics = _from_whole_minute(cloudwatch._get_metric_statistics)
    cloudwatch._dims_from_list = lambda dimensions: Dimensions(_dims_from_list(dimensions))


def _measured(execute: Execute) -> Execute:
    """Publish the metrics of an invocation in the account and Region of its function."""

    def execute_function(record: Data, event: Any) -> Data:
        measured: Data = lambda_svc._run_with_function_config_scope(record, measure, record, event)
        return measured

    def measure(record: Data, event: Any) -> Data:
        began, started = time.time(), time.monotonic()
        result = execute(record, event)
        took = result.pop(DURATION, (time.monotonic() - started) * 1000)
        publish(record.get("config") or record, result, began, took)
        return result

    return execute_function


def publish(configuration: Data, result: Data, began: float, milliseconds: float) -> None:
    """Publish what one invocation adds to the metrics of the minute in which it began.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html: a throttled request is not an
    invocation.
    """
    failed, throttled = bool(result.get("error")), bool(result.get("throttle"))
    values = [("Throttles", float(throttled), "Count")]
    if not throttled:
        values += [
            ("Invocations", 1.0, "Count"),
            ("Errors", float(failed), "Count"),
            ("Duration", rounded(milliseconds), "Milliseconds"),
        ]
    _store(configuration, began, values)
    if failed or throttled:
        spawn_background(cloudwatch._evaluate_all_alarms, thread_name="sandbox-alarms")


def publish_iterator_age(record: Data, milliseconds: float) -> None:
    """Publish how long the newest record of a batch had waited, and evaluate the alarms on it."""
    _store(record.get("config") or record, time.time(), [("IteratorAge", rounded(milliseconds), "Milliseconds")])
    spawn_background(cloudwatch._evaluate_all_alarms, thread_name="sandbox-alarms")


def _store(configuration: Data, began: float, values: Iterable[tuple[str, float, str]]) -> None:
    """Add values, each with its name and unit, to the metrics of the minute."""
    minute = began // MINUTE * MINUTE
    with _publishing:
        for dimensions in _dimension_sets(configuration):
            for name, value, unit in values:
                _add(name, {"Timestamp": minute, "Value": value, "Count": 1.0, "Unit": unit, "Dimensions": dimensions})


def rounded(milliseconds: float) -> float:
    """Round to the next power of 1.02, so that a minute has few different values. The difference is 1% or less."""
    return round(DURATION_STEP ** round(math.log(max(milliseconds, 0.01), DURATION_STEP)), 4)


def _dimension_sets(configuration: Data) -> Iterator[dict[str, str]]:
    """Yield no dimensions, which is the sum of all functions, and the dimensions of the invoked ARN.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html: `ExecutedVersion` exists only together
    with an alias.
    """
    name, version = configuration["FunctionName"], configuration["Version"]
    resource = configuration["FunctionArn"].rpartition(":function:")[2]
    qualifier = resource.partition(":")[2]
    yield {}
    yield {"FunctionName": name}
    yield {"FunctionName": name, "Resource": resource}
    if qualifier and qualifier != version:
        yield {"FunctionName": name, "Resource": resource, "ExecutedVersion": version}


def _add(name: str, point: Data) -> None:
    """Store a value, or count it with the equal values of its minute, so that memory does not grow with the calls."""
    points = cloudwatch._metric_bucket(("AWS/Lambda", name, cloudwatch._dims_key(point["Dimensions"])))
    for known in reversed(points):
        if known["Timestamp"] < point["Timestamp"]:
            break
        if (known["Timestamp"], known["Value"]) == (point["Timestamp"], point["Value"]):
            known["Count"] += 1.0
            return
    points.append(point)


def _answering_as_aws(answer_query: Callable[..., Answer]) -> Callable[..., Answer]:
    """Answer requests in JSON and CBOR. Queries with expressions, and XML, are left to MiniStack."""

    def get_metric_data(params: Any, data: Data, is_cbor: bool, is_json: bool = False) -> Answer:
        queries = data.get("MetricDataQueries", [])
        if not (is_cbor or is_json) or not all("MetricStat" in query for query in queries):
            return answer_query(params, data, is_cbor, is_json)
        start, end = _whole_minute(data["StartTime"]), cloudwatch._parse_ts(data["EndTime"])
        oldest_first = data.get("ScanBy") == "TimestampAscending"
        results = [
            _result(query, start, end, oldest_first) for query in queries if query.get("ReturnData") is not False
        ]
        if is_cbor:
            return cloudwatch._cbor_ok(
                {"MetricDataResults": [cloudwatch._cbor_metric_data_result(result) for result in results]}
            )
        return cloudwatch._json_ok({"MetricDataResults": results})

    return get_metric_data


def _from_whole_minute(answer_query: Callable[..., Answer]) -> Callable[..., Answer]:
    def get_metric_statistics(params: Any, data: Data, is_cbor: bool, is_json: bool = False) -> Answer:
        if is_cbor or is_json:
            data = {**data, "StartTime": _whole_minute(data["StartTime"])}
        return answer_query(params, data, is_cbor, is_json)

    return get_metric_statistics


def _whole_minute(start: Any) -> float:
    """Round the start of a query down to a minute, as AWS does for values of the last 15 days.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    seconds: float = cloudwatch._parse_ts(start)
    return seconds // MINUTE * MINUTE


def _result(query: Data, start: float, end: float, oldest_first: bool) -> Data:
    """Return the values from `start` until before `end`, of the periods that have values."""
    metric, period, statistic = (query["MetricStat"][key] for key in ("Metric", "Period", "Stat"))
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(metric.get("Dimensions") or []))
    periods: dict[int, list[Data]] = defaultdict(list)
    for point in list(cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions)) or []):
        if start <= point["Timestamp"] < end:
            periods[int(point["Timestamp"] // period * period)].append(point)
    values: dict[str, float] = {}
    for begin in sorted(periods, reverse=not oldest_first):
        points = periods[begin]
        value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
        if value is not None:
            values[cloudwatch._ts_iso(begin)] = value
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or metric["MetricName"],
        "Timestamps": list(values),
        "Values": list(values.values()),
        "StatusCode": "Complete",
    }
