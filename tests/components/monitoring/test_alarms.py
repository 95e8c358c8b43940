from typing import Any

import pulumi
import pulumi_aws as aws

from components.monitoring.alarms import FunctionAlarmsArgs, create_alarms
from components.settings.module import Alarms, ModuleSettings
from components.settings.streams import Stream
from components.settings.triggers import Triggers
from tests.components.mocks import Recording, deploy

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:dev-alarms"


def alarms(*queues: str, **settings: Any) -> tuple[dict[str, dict[str, Any]], Recording]:
    """By physical name."""

    def program() -> pulumi.Output[Any]:
        alias = aws.lambda_.Alias("orders-live", name="live", function_name="dev-orders", function_version="7")
        args = FunctionAlarmsArgs(
            function_name="dev-orders",
            alias=alias,
            dead_letter_queues=queues,
            settings=ModuleSettings(**settings),
            topic=TOPIC,
        )
        create_alarms("orders", args, parent=alias)
        return alias.arn

    _, recording = deploy(program)
    return {alarm.inputs["name"]: alarm.inputs for alarm in recording.of(ALARM)}, recording


def test_errors_throttles_and_duration_raise_alarms_unless_settings_say_otherwise() -> None:
    made, _ = alarms()
    assert made.keys() == {"dev-orders-errors", "dev-orders-throttles", "dev-orders-duration"}


def test_only_calls_of_the_alias_count() -> None:
    made, recording = alarms()
    for alarm in made.values():
        assert alarm["dimensions"] == {"FunctionName": "dev-orders", "Resource": "dev-orders:live"}
    for name in ("orders-errors", "orders-throttles", "orders-duration"):
        assert any("aws:lambda/alias:Alias" in urn for urn in recording.requests[ALARM, name].dependencies)


def test_a_threshold_of_0_makes_no_alarm() -> None:
    made, _ = alarms("dev-orders-new-dead", alarms=Alarms(errors=3, throttles=0, duration=0, dead_letters=0))
    assert list(made) == ["dev-orders-errors"]
    assert made["dev-orders-errors"]["threshold"] == 3


def test_one_call_in_twenty_is_compared_with_a_share_of_the_timeout_in_milliseconds() -> None:
    made, _ = alarms(timeout=9, alarms=Alarms(duration=50))
    duration = made["dev-orders-duration"]
    assert (duration["metricName"], duration["extendedStatistic"]) == ("Duration", "p95")
    assert duration["threshold"] == 4500


def test_errors_and_throttles_are_counted() -> None:
    made, _ = alarms()
    for kind, metric in (("errors", "Errors"), ("throttles", "Throttles")):
        alarm = made[f"dev-orders-{kind}"]
        assert (alarm["namespace"], alarm["metricName"], alarm["statistic"]) == ("AWS/Lambda", metric, "Sum")


def test_each_dead_letter_queue_is_watched() -> None:
    made, recording = alarms("dev-orders-new-dead", "dev-orders-old-dead", alarms=Alarms(dead_letters=7))
    for name in ("dev-orders-new-dead", "dev-orders-old-dead"):
        assert made[name]["metricName"] == "ApproximateNumberOfMessagesVisible"
        assert made[name]["dimensions"] == {"QueueName": name}
        assert made[name]["threshold"] == 7
    assert {alarm.name for alarm in recording.of(ALARM)} >= {"orders-new-dead", "orders-old-dead"}


def test_a_module_with_streams_has_an_alarm_about_late_records() -> None:
    triggers = Triggers(streams={"clicks": Stream(arn="arn:aws:kinesis:eu-central-1:123456789012:stream/clicks")})
    made, _ = alarms(triggers=triggers, alarms=Alarms(iterator_age=60))
    late = made["dev-orders-iterator-age"]
    assert (late["metricName"], late["statistic"], late["threshold"]) == ("IteratorAge", "Maximum", 60_000)
    assert late["dimensions"] == {"FunctionName": "dev-orders", "Resource": "dev-orders:live"}
    assert "dev-orders-iterator-age" not in alarms(triggers=triggers, alarms=Alarms(iterator_age=0))[0]


def test_every_alarm_tells_the_topic_within_five_minutes_and_when_it_ends_and_is_tagged() -> None:
    made, _ = alarms("dev-orders-new-dead", tags={"team": "shop"})
    for alarm in made.values():
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
        assert alarm["period"] * alarm["evaluationPeriods"] == 300
        assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["tags"] == {"team": "shop"}


def test_a_function_that_nobody_calls_raises_no_alarm() -> None:
    made, _ = alarms("dev-orders-new-dead")
    assert {alarm["treatMissingData"] for alarm in made.values()} == {"notBreaching"}
