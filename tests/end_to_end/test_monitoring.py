"""Alarms and the dashboard: what is made in the cloud, and that an alarm reaches whom it should."""

import json

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

PREFIX = "lambda-images-local"


def subscribed_queue(checkout: Checkout, topic: str) -> str:
    """The URL of a queue that the topic sends to."""
    sqs = checkout.aws("sqs")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url: str = sqs.create_queue(QueueName="pager", Attributes={"Policy": policy})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    checkout.aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def test_an_error_is_told_to_who_subscribed_to_the_stacks_topic(tiny: Checkout) -> None:
    (topic,) = (topic["TopicArn"] for topic in tiny.aws("sns").list_topics()["Topics"])
    assert topic.endswith(f":{PREFIX}-alarms")
    alarms = tiny.aws("cloudwatch")
    # Errors of other tests may have raised it.
    alarms.set_alarm_state(AlarmName=f"{PREFIX}-adder-errors", StateValue="OK", StateReason="a test begins")
    pager = subscribed_queue(tiny, topic)
    answer = tiny.aws("lambda").invoke(FunctionName=f"{PREFIX}-adder", Qualifier="live", Payload=b'{"numbers": "no"}')
    assert "FunctionError" in answer
    messages = tiny.aws("sqs").receive_message(QueueUrl=pager, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    told = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
    assert [(alarm["AlarmName"], alarm["NewStateValue"]) for alarm in told] == [(f"{PREFIX}-adder-errors", "ALARM")]


def test_a_dashboard_shows_every_module(tiny: Checkout) -> None:
    body = tiny.aws("cloudwatch").get_dashboard(DashboardName=PREFIX)["DashboardBody"]
    titles = [widget["properties"]["title"] for widget in json.loads(body)["widgets"]]
    assert titles == ["adder: calls", "adder: duration", "greeter: calls", "greeter: duration"]


def test_a_new_version_changes_no_alarm_and_no_dashboard(tiny: Checkout) -> None:
    tiny.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    changed = tiny.pulumi("preview", "--diff").ok()
    assert "aws:lambda/alias:Alias: (update)" in changed
    assert "aws:cloudwatch/" not in changed
    assert "aws:sns/" not in changed


def test_another_timeout_changes_the_alarm_about_the_duration_alone(tiny: Checkout) -> None:
    tiny.edit("Pulumi.local.yaml", "config:\n", "config:\n  lambda-images:timeout: 20\n")
    tiny.up().ok()
    alarms = tiny.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{PREFIX}-greeter")["MetricAlarms"]
    assert {alarm["AlarmName"].rpartition("-")[2]: alarm["Threshold"] for alarm in alarms} == {
        "errors": 1,
        "throttles": 1,
        "duration": 16_000,
    }
