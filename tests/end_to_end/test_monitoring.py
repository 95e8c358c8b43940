"""Alarms and the dashboard: what is made in the cloud, and that an alarm reaches whom it should."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout
from tests.receiver import receiving

pytestmark = pytest.mark.sandbox

PREFIX = "lambda-images-local"
KEY = "planted-5e21c4-key"


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
    assert [alarm["AlarmName"] for alarm in told if alarm["NewStateValue"] == "ALARM"] == [f"{PREFIX}-adder-errors"]


@pytest.fixture
def pager() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The URL of a service that confirms subscriptions, and the states of alarms that it is sent."""
    told: list[tuple[str, str]] = []

    def take(message: dict[str, str]) -> None:
        if message["Type"] == "SubscriptionConfirmation":
            urllib.request.urlopen(message["SubscribeURL"], timeout=10).close()
        else:
            alarm = json.loads(message["Message"])
            told.append((alarm["AlarmName"], alarm["NewStateValue"]))

    with receiving(take) as url:
        yield f"{url}/{KEY}", told


def test_an_error_and_its_end_are_told_to_whom_the_settings_name_and_no_url_is_shown(
    tiny: Checkout, pager: tuple[str, list[tuple[str, str]]]
) -> None:
    url, told = pager
    sns, alarms, name = tiny.aws("sns"), tiny.aws("cloudwatch"), f"{PREFIX}-adder-errors"
    alarms.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test begins")
    tiny.pulumi("config", "set", "--path", "alarmEmails[0]", "oncall@example.com").ok()
    tiny.pulumi("config", "set", "--secret", "--path", "alarmEndpoints.pager", stdin=url).ok()
    shown = tiny.pulumi("preview", "--diff").ok() + tiny.up().ok() + json.dumps(tiny.deployment())
    assert KEY not in shown
    of_stack = json.loads(tiny.pulumi("stack", "output", "--json").ok())
    topic = of_stack.pop("alarmTopic")
    assert of_stack.pop("dashboardUrl").endswith(f"#dashboards/dashboard/{PREFIX}")
    assert of_stack == tiny.outputs()
    pending = {
        each["Protocol"]: sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"][
            "PendingConfirmation"
        ]
        for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        if each["Protocol"] != "sqs"
    }
    assert pending == {"email": "true", "http": "false"}

    tiny.aws("lambda").invoke(FunctionName=f"{PREFIX}-adder", Qualifier="live", Payload=b'{"numbers": "no"}')
    wait_until(lambda: told == [(name, "ALARM")], 30, "the error is told, and nothing else")
    alarms.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="it is over")
    wait_until(lambda: told == [(name, "ALARM"), (name, "OK")], 30, "the end of the alarm is told")

    for setting in ("alarmEmails", "alarmEndpoints"):
        tiny.pulumi("config", "rm", setting).ok()
    tiny.up().ok()
    left = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert {each["Protocol"] for each in left} - {"sqs"} == {"email"}  # SNS forgets it two days later
    assert tiny.preview_steps() == {}


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
