"""The metrics of invocations, and GetMetricData in boto3's own protocol. There is no Docker, so each call fails."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ministack.services import cloudwatch

from sandbox.emulator.ministack import metrics
from sandbox.emulator.process import Emulator
from sandbox.process import wait_until
from tests.sandbox.emulator.emulators import client, push, settle

NAME, REPOSITORY = "measured", "team/measured"
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
ARN = f"arn:aws:lambda:us-east-1:000000000000:function:{NAME}"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    monkeypatch.setattr(cloudwatch._metrics, "_data", data)
    monkeypatch.setattr(metrics, "spawn_background", lambda *_, **__: None)
    return data


def publish(qualifier: str = "", version: str = "1", began: float = NOON, took: float = 10.0, **result: Any) -> None:
    configuration = {"FunctionName": NAME, "FunctionArn": f"{ARN}{qualifier}", "Version": version}
    metrics.publish(configuration, result, began, took)


def values(stored: dict[Any, Any], metric: str, dimensions: str) -> list[tuple[float, float, float]]:
    """Time after noon, value, and how often it occurred."""
    points = stored[("000000000000", "us-east-1", ("AWS/Lambda", metric, dimensions))]
    return [(point["Timestamp"] - NOON, point["Value"], point["Count"]) for point in points]


@pytest.mark.parametrize(
    ("qualifier", "version", "dimensions"),
    [
        (":live", "2", [f"Resource={NAME}:live", f"ExecutedVersion=2|FunctionName={NAME}|Resource={NAME}:live"]),
        (":2", "2", [f"Resource={NAME}:2"]),
        ("", "$LATEST", [f"Resource={NAME}"]),
    ],
)
def test_an_invocation_has_the_dimensions_of_what_was_invoked(
    stored: Any, qualifier: str, version: str, dimensions: list[str]
) -> None:
    publish(qualifier, version)
    sets = {"", f"FunctionName={NAME}", f"FunctionName={NAME}|{dimensions[0]}", *dimensions[1:]}
    published = {(metric, key) for _, _, (_, metric, key) in stored}
    assert published == {(name, key) for name in ("Invocations", "Errors", "Throttles", "Duration") for key in sets}


def test_a_throttled_request_is_neither_an_invocation_nor_an_error(stored: Any) -> None:
    publish(throttle=True)
    assert {metric for _, _, (_, metric, _) in stored} == {"Throttles"}
    assert values(stored, "Throttles", "") == [(0, 1.0, 1.0)]


def test_equal_values_of_a_minute_share_a_place(stored: Any) -> None:
    for second in range(150):
        publish(began=NOON + second, error=second in (0, 50, 100))
    assert values(stored, "Invocations", "") == [(0, 1.0, 60.0), (60, 1.0, 60.0), (120, 1.0, 30.0)]
    assert values(stored, "Errors", "") == [
        (0, 1.0, 2.0),
        (0, 0.0, 58.0),
        (60, 0.0, 59.0),
        (60, 1.0, 1.0),
        (120, 0.0, 30.0),
    ]
    publish(began=NOON + 1)
    assert len(values(stored, "Invocations", "")) == 3, "an invocation that ends later counts where it began"


@pytest.mark.parametrize("milliseconds", [0.5, 3.0, 47.11, 900.0, 840_000.0])
def test_a_duration_is_stored_with_a_difference_of_a_hundredth_at_most(milliseconds: float) -> None:
    assert metrics.rounded(milliseconds) == pytest.approx(milliseconds, rel=0.0101)
    assert metrics.rounded(0.0) > 0.0


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> Iterator[Any]:
    role = client(emulator, "iam").create_role(RoleName="measured", AssumeRolePolicyDocument=json.dumps(TRUST))
    client(emulator, "ecr").create_repository(repositoryName=REPOSITORY)
    awslambda = client(emulator, "lambda")
    for layer in (b"first", b"second"):
        image = push(emulator, REPOSITORY, layer.decode(), layer)
        if layer == b"first":
            awslambda.create_function(
                FunctionName=NAME, Role=role["Role"]["Arn"], PackageType="Image", Code={"ImageUri": image}
            )
        else:
            awslambda.update_function_code(FunctionName=NAME, ImageUri=image)
        settle(awslambda, NAME)
        awslambda.publish_version(FunctionName=NAME)
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    awslambda.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1", RoutingConfig=routing)
    yield awslambda
    awslambda.delete_function(FunctionName=NAME)


def of_version(metric: str, statistic: str, version: str, **more: Any) -> dict[str, Any]:
    dimensions = {"FunctionName": NAME, "Resource": f"{NAME}:live", "ExecutedVersion": version}
    return query(f"{metric.lower()}{version}", "AWS/Lambda", metric, statistic, dimensions, **more)


def query(id: str, namespace: str, metric: str, statistic: str, dimensions: Any, **more: Any) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    about = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": id, "MetricStat": {"Metric": about, "Period": 60, "Stat": statistic}, **more}


def test_two_versions_behind_an_alias_are_compared_with_one_request(emulator: Emulator, api: Any) -> None:
    began = datetime.now(UTC)
    answers = [api.invoke(FunctionName=NAME, Qualifier="live")["ExecutedVersion"] for _ in range(20)]
    queries = [
        of_version(metric, statistic, version)
        for version in ("1", "2")
        for metric, statistic in (("Invocations", "Sum"), ("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p99"))
    ]
    found = client(emulator, "cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=began, EndTime=began + timedelta(minutes=5)
    )["MetricDataResults"]
    assert [result["Id"] for result in found] == [query["Id"] for query in queries]
    sums = {result["Id"]: sum(result["Values"]) for result in found}
    for version in ("1", "2"):
        assert sums[f"invocations{version}"] == answers.count(version)
        assert sums[f"errors{version}"] == answers.count(version), "there is no Docker here"
        assert sums[f"throttles{version}"] == 0
        assert sums[f"duration{version}"] > 0
    minute = began.replace(second=0, microsecond=0)
    stamps = {stamp for result in found for stamp in result["Timestamps"]}
    assert stamps <= {minute, minute + timedelta(minutes=1)}, "aligned to the period"


@pytest.fixture(scope="module")
def put(emulator: Emulator) -> Any:
    """The beginning of a minute in which values from 1 to 100 were put, an hour ago; 7 was put two minutes later."""
    cloud = client(emulator, "cloudwatch")
    begin = (datetime.now(UTC) - timedelta(hours=1)).replace(second=0, microsecond=0)
    data = [
        {"Timestamp": begin + timedelta(seconds=30), "Values": [float(n) for n in range(1, 101)]},
        {"Timestamp": begin + timedelta(seconds=125), "Value": 7.0},
    ]
    for each in data:
        for dimensions in ([], [{"Name": "Kind", "Value": "a"}]):
            datum = {"MetricName": "size", "Unit": "Count", "Dimensions": dimensions, **each}
            cloud.put_metric_data(Namespace="own", MetricData=[datum])
    return begin


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 5050.0),
        ("Average", 50.5),
        ("SampleCount", 100.0),
        ("Maximum", 100.0),
        ("Minimum", 1.0),
        ("p50", 50.5),
        ("p99", 99.01),
    ],
)
def test_statistics_of_each_period_are_newest_first(emulator: Emulator, put: Any, statistic: str, value: float) -> None:
    (found,) = client(emulator, "cloudwatch").get_metric_data(
        MetricDataQueries=[query("q", "own", "size", statistic, {"Kind": "a"})],
        StartTime=put,
        EndTime=put + timedelta(minutes=10),
    )["MetricDataResults"]
    assert found["Timestamps"] == [put + timedelta(minutes=2), put]
    assert found["Values"][0] == (1.0 if statistic == "SampleCount" else 7.0)
    assert found["Values"][1] == pytest.approx(value)
    assert found["StatusCode"] == "Complete"


def test_the_start_is_rounded_down_to_the_minute_and_the_end_is_exclusive(emulator: Emulator, put: Any) -> None:
    cloud = client(emulator, "cloudwatch")

    def stamps(start: int, end: int, **more: Any) -> list[int]:
        (found,) = cloud.get_metric_data(
            MetricDataQueries=[query("q", "own", "size", "Sum", {"Kind": "a"})],
            StartTime=put + timedelta(seconds=start),
            EndTime=put + timedelta(seconds=end),
            **more,
        )["MetricDataResults"]
        return [int((stamp - put).total_seconds()) for stamp in found["Timestamps"]]

    assert stamps(59, 126, ScanBy="TimestampAscending") == [0, 120]
    assert stamps(60, 126) == [120]
    assert stamps(0, 120) == [0]


def test_a_metric_is_found_by_its_exact_dimensions(emulator: Emulator, put: Any) -> None:
    queries = [
        query("none", "own", "size", "SampleCount", {}),
        query("other", "own", "size", "SampleCount", {"Kind": "b"}),
        query("hidden", "own", "size", "SampleCount", {}, ReturnData=False),
    ]
    found = client(emulator, "cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=put, EndTime=put + timedelta(minutes=1)
    )["MetricDataResults"]
    assert [(result["Id"], result["Values"]) for result in found] == [("none", [100.0]), ("other", [])]


def test_the_older_api_finds_a_metric_by_its_exact_dimensions_too(emulator: Emulator, put: Any) -> None:
    def count(**more: Any) -> list[float]:
        found = client(emulator, "cloudwatch").get_metric_statistics(
            Namespace="own",
            MetricName="size",
            StartTime=put + timedelta(seconds=59),
            EndTime=put + timedelta(minutes=1),
            Period=60,
            Statistics=["SampleCount"],
            **more,
        )
        return [each["SampleCount"] for each in found["Datapoints"]]

    assert count() == [100.0], "the start is rounded down to the minute"
    assert count(Dimensions=[{"Name": "Kind", "Value": "a"}]) == [100.0]
    assert count(Dimensions=[{"Name": "Kind", "Value": "b"}]) == []


def test_an_alarm_counts_the_errors_of_its_own_dimensions_alone(emulator: Emulator, api: Any) -> None:
    cloud = client(emulator, "cloudwatch")
    for name, resource, threshold in (("own", "2", 2), ("more", "2", 3), ("other", "1", 1)):
        cloud.put_metric_alarm(
            AlarmName=f"by-{name}",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": NAME}, {"Name": "Resource", "Value": f"{NAME}:{resource}"}],
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    for _ in range(2):
        assert "FunctionError" in api.invoke(FunctionName=NAME, Qualifier="2")

    def states() -> dict[str, str]:
        found = cloud.describe_alarms(AlarmNamePrefix="by-")["MetricAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    wait_until(lambda: states()["by-own"] == "ALARM", 10, "the alarm is evaluated after a failed invocation")
    assert states() == {"by-own": "ALARM", "by-more": "OK", "by-other": "INSUFFICIENT_DATA"}
