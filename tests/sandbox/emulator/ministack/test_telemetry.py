import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ministack.services import cloudwatch

from sandbox.emulator.ministack import telemetry
from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import ENVIRONMENT, client, running

NOW = time.time()


def stream(*messages: str, age: float = 0.0) -> dict[str, Any]:
    at = int((NOW - age) * 1000)
    events = [{"timestamp": at, "message": message, "ingestionTime": at} for message in messages]
    return {"events": events, "creationTime": at, "lastEventTimestamp": at if messages else None}


def left(group: dict[str, Any]) -> dict[str, list[str]]:
    telemetry._discard_old_streams(group, NOW)
    return {name: [event["message"] for event in kept["events"]] for name, kept in group["streams"].items()}


def test_a_group_keeps_its_newest_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "MAX_LOG_STREAMS", 2)
    streams = {"old": stream("a", age=9), "newest": stream("b"), "empty": stream(age=2)}
    assert left({"streams": streams}) == {"newest": ["b"], "empty": []}


def test_a_group_keeps_the_newest_lines_that_its_size_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "MAX_LOG_CHARACTERS", 10)
    streams = {"first": stream("1234", "5678", age=2), "second": stream("abcd", age=1), "third": stream("xyz")}
    assert left({"streams": streams}) == {"third": ["xyz"], "second": ["abcd"], "first": ["5678"]}
    assert left({"streams": {"before": stream("gone", age=1), "long": stream(20 * "x")}}) == {"long": [20 * "x"]}


def test_what_is_older_than_the_groups_retention_goes() -> None:
    streams = {"old": stream("a", age=2 * telemetry.DAY_SECONDS), "new": stream("b", age=telemetry.DAY_SECONDS / 2)}
    assert left({"streams": streams, "retentionInDays": 1}) == {"new": ["b"]}


def test_metrics_keep_their_newest_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "MAX_DATA_POINTS", 3)
    values = [{"Timestamp": NOW, "Value": float(number)} for number in range(5)]
    monkeypatch.setattr(cloudwatch._metrics, "_data", {("account", "region", "metric"): values})
    telemetry._discard_oldest()
    assert [value["Value"] for value in values] == [2.0, 3.0, 4.0]


def test_nothing_is_written_when_nothing_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(telemetry, "save_state", lambda service, state: written.append(service))
    monkeypatch.setattr(cloudwatch._metrics, "_data", {("account", "region", "metric"): [{"Value": 1.0}]})
    saved = telemetry.save()
    telemetry.save(saved)
    assert written == ["telemetry"]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Emulator]:
    with running(tmp_path / "home") as emulator:
        logs = client(emulator, "logs")
        logs.create_log_group(logGroupName="group")
        logs.create_log_stream(logGroupName="group", logStreamName="stream")
        line = {"timestamp": int(time.time() * 1000), "message": "kept"}
        logs.put_log_events(logGroupName="group", logStreamName="stream", logEvents=[line])
        value = {"MetricName": "count", "Value": 7.0}
        client(emulator, "cloudwatch").put_metric_data(Namespace="own", MetricData=[value])
        yield emulator


def messages(emulator: Emulator) -> list[str]:
    found = client(emulator, "logs").filter_log_events(logGroupName="group")["events"]
    return [event["message"] for event in found]


def test_lines_and_values_outlive_a_stop(written: Emulator) -> None:
    written.stop()
    state = written.layout.emulator / "services"
    assert "kept" not in (state / "cloudwatch_logs.json").read_text()
    written.start(ENVIRONMENT, bridge=None)
    assert messages(written) == ["kept"]
    metrics = client(written, "cloudwatch").list_metrics(Namespace="own")["Metrics"]
    assert [metric["MetricName"] for metric in metrics] == ["count"]
