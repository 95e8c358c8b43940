"""Every trigger, really caused: the function says what it was sent, and its log is read."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION
from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

BODY = b'{"over": "https"}'
OPEN = (
    "url: {auth: public, invokeMode: responseStream, "
    "cors: {allowOrigins: ['https://a.example'], allowMethods: [PUT], allowCredentials: true, maxAge: 60}}"
)
MAY_REQUEST = {"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": "*"}


@dataclass(frozen=True)
class Listener:
    checkout: Checkout
    outputs: dict[str, Any]

    def hears(self, what: Callable[[dict[str, Any]], bool], seconds: float = 30) -> list[dict[str, Any]]:
        """The events that fit, once there is one."""
        wait_until(lambda: bool(self.heard(what)), seconds, "the function is called")
        return self.heard(what)

    def heard(self, what: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        return [said["event"] for said in self.said() if what(said["event"])]

    def said(self) -> list[dict[str, Any]]:
        """Of each call, which version of the function was sent what event."""
        lines = self.checkout.aws("logs").filter_log_events(logGroupName=self.outputs["logGroup"])["events"]
        return [json.loads(line["message"]) for line in lines if line["message"].startswith('{"version"')]

    @property
    def url(self) -> str:
        """Where the emulator serves the function URL."""
        id = self.outputs["functionUrl"].removeprefix("https://").partition(".")[0]
        return f"{self.checkout.aws('lambda').meta.endpoint_url}/_aws/lambda-url/{id}/"

    def preflight(self, origin: str) -> dict[str, str]:
        """What the URL tells a browser that asks whether a page of this origin may call it."""
        headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        with urllib.request.urlopen(urllib.request.Request(self.url, None, headers, method="OPTIONS")) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
        return {name: value for name, value in told.items() if name.startswith("access-control-")}

    def request(self, credentials: Credentials | None) -> tuple[int, str]:
        """The status and body that the URL answers, for a request signed with the credentials, if any."""
        url = self.url
        request = AWSRequest("POST", url, data=BODY)
        if credentials:
            SigV4Auth(credentials, "lambda", REGION).add_auth(request)
        sent = urllib.request.Request(url, BODY, dict(request.headers.items()))
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


@pytest.fixture(scope="module")
def listener(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    checkout = Checkout.at(tmp_path_factory.mktemp("listener") / "checkout")
    checkout.add("listener", TINY / "listener")
    with checkout.shipped():
        yield Listener(checkout, checkout.outputs()["listener"])


def from_source(source: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an event has records of this service."""
    return lambda event: any(source in record.values() for record in event.get("Records", []))


def from_queue(listener: Listener, name: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an event has messages of this queue of the module's."""
    arn = arn_of(listener.checkout.aws("sqs"), listener.outputs["queueUrls"][name])
    return lambda event: any(record.get("eventSourceARN") == arn for record in event.get("Records", []))


def test_a_signed_request_is_answered(listener: Listener) -> None:
    status, _ = listener.request(listener.checkout.user("caller", MAY_REQUEST))
    assert status == 200
    event, *_ = listener.hears(lambda event: "requestContext" in event)
    assert event["requestContext"]["http"]["method"] == "POST"


def test_requests_that_nobody_signed_or_that_a_user_without_the_right_signed_are_refused(listener: Listener) -> None:
    assert listener.request(None)[0] == 403
    assert listener.request(listener.checkout.user("stranger"))[0] == 403


def test_a_url_answers_everybody_and_pages_of_other_origins_only_as_long_as_the_settings_say_so(
    listener: Listener,
) -> None:
    checkout, settings = listener.checkout, "modules/listener/module.yaml"
    alias = {"FunctionName": listener.outputs["functionName"], "Qualifier": "live"}
    closed = checkout.aws("lambda").get_policy(**alias)["Policy"]
    checkout.edit(settings, "url: {}", OPEN)
    checkout.up().ok()
    assert listener.request(None) == (200, '{"batchItemFailures": []}')
    assert listener.preflight("https://a.example") == {
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "PUT",
        "access-control-allow-origin": "https://a.example",
        "access-control-max-age": "60",
    }
    assert listener.preflight("https://b.example") == {}
    config = checkout.aws("lambda").get_function_url_config(**alias)
    assert (config["InvokeMode"], config["Cors"]["AllowOrigins"]) == ("RESPONSE_STREAM", ["https://a.example"])
    checkout.edit(settings, OPEN, "url: {}")
    checkout.up().ok()
    assert listener.request(None)[0] == 403
    config = checkout.aws("lambda").get_function_url_config(**alias)
    assert (config["InvokeMode"], config.get("Cors") or {}) == ("BUFFERED", {})
    assert checkout.aws("lambda").get_policy(**alias)["Policy"] == closed


def test_a_message_in_the_queue_is_worked_on_and_gone(listener: Listener) -> None:
    sqs, url = listener.checkout.aws("sqs"), listener.outputs["queueUrls"]["orders"]
    sqs.send_message(QueueUrl=url, MessageBody="one more")
    (event,) = listener.hears(lambda event: any(r.get("body") == "one more" for r in event.get("Records", [])))
    assert event["Records"][0]["eventSource"] == "aws:sqs"
    wait_until(lambda: left(sqs, url) == 0, 10, "the message is gone")


def test_of_a_batch_only_what_failed_is_tried_again_and_becomes_a_dead_letter(listener: Listener) -> None:
    sqs, url = listener.checkout.aws("sqs"), listener.outputs["queueUrls"]["orders"]
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(("good", "fail", "fine"))]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    dead = url + "-dead"
    wait_until(lambda: left(sqs, dead) == 1, 60, "the message that failed twice is a dead letter")
    (letter,) = sqs.receive_message(QueueUrl=dead)["Messages"]
    assert letter["Body"] == "fail"
    bodies = [record["body"] for event in listener.heard(from_source("aws:sqs")) for record in event["Records"]]
    assert (bodies.count("fail"), bodies.count("good"), bodies.count("fine")) == (2, 1, 1)


def test_a_fifo_queue_keeps_the_order_and_drops_what_its_filter_does_not_match(listener: Listener) -> None:
    sqs, url = listener.checkout.aws("sqs"), listener.outputs["queueUrls"]["bills"]
    assert url.endswith("-listener-bills.fifo")
    for amount in (1, 0, 2, 3, 2):  # the last one has the content of another, so SQS drops it
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"amount": amount}), MessageGroupId="customer-1")

    def amounts() -> list[int]:
        records = [record for event in listener.heard(from_source("aws:sqs")) for record in event["Records"]]
        billed = [record for record in records if record["eventSourceARN"].endswith("-bills.fifo")]
        return [json.loads(record["body"])["amount"] for record in billed]

    wait_until(lambda: len(amounts()) >= 3, 30, "the function is called")
    wait_until(lambda: left(sqs, url) == 0, 10, "all messages are gone")
    assert amounts() == [1, 2, 3]


def test_an_event_is_sent_if_it_matches_the_pattern_of_a_rule(listener: Listener) -> None:
    events = listener.checkout.aws("events")
    for state in ("closed", "open"):
        detail = json.dumps({"state": state, "order": 7})
        sent = events.put_events(Entries=[{"Source": "shop", "DetailType": "Order changed", "Detail": detail}])
        assert sent["FailedEntryCount"] == 0
    (event,) = listener.hears(lambda event: event.get("source") == "shop")
    assert (event["detail-type"], event["detail"]) == ("Order changed", {"state": "open", "order": 7})


def test_an_object_is_told_of_if_its_key_has_the_prefix(listener: Listener) -> None:
    s3, bucket = listener.checkout.aws("s3"), listener.outputs["bucketNames"]["uploads"]
    for key in ("out/elsewhere.txt", "in/new.txt"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"new")
    (event,) = listener.hears(from_source("aws:s3"))
    (record,) = event["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert (record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]) == (bucket, "in/new.txt")


def test_an_object_that_is_removed_is_told_of(listener: Listener) -> None:
    s3, bucket = listener.checkout.aws("s3"), listener.outputs["bucketNames"]["uploads"]
    s3.delete_object(Bucket=bucket, Key="in/new.txt")
    (event,) = listener.hears(lambda event: "ObjectRemoved:DeleteMarkerCreated" in json.dumps(event))
    assert event["Records"][0]["s3"]["object"]["key"] == "in/new.txt"


def test_the_bucket_is_closed_to_the_public(listener: Listener) -> None:
    s3, bucket = listener.checkout.aws("s3"), listener.outputs["bucketNames"]["uploads"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())


def test_a_published_message_is_sent_to_the_function(listener: Listener) -> None:
    topic = listener.outputs["topicArns"]["news"]
    listener.checkout.aws("sns").publish(TopicArn=topic, Subject="news", Message="it works")
    (event,) = listener.hears(from_source("aws:sns"))
    assert event["Records"][0]["Sns"]["Message"] == "it works"


def test_a_message_is_sent_only_if_the_filter_of_its_topic_matches_it(listener: Listener) -> None:
    topic, sns = listener.outputs["topicArns"]["alerts"], listener.checkout.aws("sns")
    for level in ("low", "high"):
        attributes = {"level": {"DataType": "String", "StringValue": level}}
        sns.publish(TopicArn=topic, Message=f"a {level} alert", MessageAttributes=attributes)
    listener.hears(lambda event: "a high alert" in json.dumps(event))
    assert listener.heard(lambda event: "a low alert" in json.dumps(event)) == []


def test_a_schedule_sends_its_event(listener: Listener) -> None:
    events = listener.hears(lambda event: "from" in event, seconds=100)
    assert events[0] == {"from": "schedule"}


def test_samples_have_the_keys_of_what_the_triggers_have_sent(listener: Listener) -> None:
    """Except for a request's headers, which are the caller's, and its signer, whom the emulator doesn't name."""
    heard = {
        "url": next(event for event in listener.heard(lambda event: "requestContext" in event) if "body" in event),
        "schedule": {"from": "schedule"},
        "event": listener.heard(lambda event: event.get("source") == "shop")[0],
        "queue:orders": listener.heard(from_queue(listener, "orders"))[0],
        "queue:bills": listener.heard(from_queue(listener, "bills"))[0],
        "bucket:uploads": listener.heard(from_source("aws:s3"))[0],
        "topic:news": listener.heard(from_source("aws:sns"))[0],
    }
    for queue in ("queue:orders", "queue:bills"):
        heard[queue]["Records"] = heard[queue]["Records"][:1]
    samples = {kind: sample_of(listener, kind) for kind in heard}
    assert (samples["event"].pop("detail"), heard["event"].pop("detail")["state"]) == ({"state": "open"}, "open")
    assert samples["url"]["requestContext"].pop("authorizer")["iam"]["accountId"] == "000000000000"
    for event in (samples["url"], heard["url"]):
        del event["headers"]
    assert {kind: keys(event) for kind, event in samples.items()} == {
        kind: keys(event) for kind, event in heard.items()
    }
    assert [names(event) for event in samples.values()] == [names(event) for event in heard.values()]


def test_a_sample_is_sent_like_any_event(listener: Listener) -> None:
    shown = listener.checkout.sandbox("invoke", "listener", "--sample=queue:orders").ok()
    assert json.loads(shown) == {"batchItemFailures": []}
    assert listener.hears(lambda event: any("hello" in record.get("body", "") for record in event.get("Records", [])))


def test_the_functions_rights_are_its_own_queues_and_bucket(listener: Listener) -> None:
    role = listener.outputs["roleArn"].rpartition("/")[2]
    policy = listener.checkout.aws("iam").get_role_policy(RoleName=role, PolicyName="rights")["PolicyDocument"]
    rights = {statement["Sid"]: statement for statement in policy["Statement"]}
    sqs, urls = listener.checkout.aws("sqs"), listener.outputs["queueUrls"]
    assert rights["ReadMessages"]["Resource"] == [arn_of(sqs, urls["orders"]), arn_of(sqs, urls["bills"])]
    assert rights["ReadObjects"]["Resource"] == [f"arn:aws:s3:::{listener.outputs['bucketNames']['uploads']}/in/*"]


def test_every_call_was_answered_by_the_version_that_live_serves(listener: Listener) -> None:
    versions = {said["version"] for said in listener.said()}
    assert versions == {listener.outputs["version"]}


def test_nothing_is_left_to_do(listener: Listener) -> None:
    assert listener.checkout.preview_steps() == {}


def test_queues_and_buses_of_others_are_used_as_they_are_and_filters_change(listener: Listener) -> None:
    checkout, settings = listener.checkout, "modules/listener/module.yaml"
    sqs, events = checkout.aws("sqs"), checkout.aws("events")
    theirs = sqs.create_queue(QueueName="theirs", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    others = f"theirs: {{existing: '{arn_of(sqs, theirs)}'}}"
    checkout.edit(settings, "    bills:\n", f"    {others}\n    bills:\n")
    checkout.edit(settings, "    opened:\n", f"    opened:\n      bus: {bus}\n")
    checkout.edit(settings, 'numeric: [">", 0]', "exists: true")
    checkout.edit(settings, "{level: [high]}", "{alert: {level: [low]}}\n      filterScope: messageBody")
    checkout.up().ok()
    outputs: dict[str, Any] = checkout.outputs()["listener"]
    assert outputs["queueUrls"] == listener.outputs["queueUrls"], "it has no queue of others"

    sqs.send_message(QueueUrl=theirs, MessageBody="from others")
    listener.hears(lambda event: any(record.get("body") == "from others" for record in event.get("Records", [])))
    wait_until(lambda: left(sqs, theirs) == 0, 10, "the message is gone")
    opened = {"Source": "shop", "DetailType": "Order changed", "Detail": '{"state": "open", "order": 8}'}
    events.put_events(Entries=[opened, {**opened, "EventBusName": bus, "Detail": '{"state": "open", "order": 9}'}])
    listener.hears(lambda event: event.get("detail") == {"state": "open", "order": 9})
    assert listener.heard(lambda event: event.get("detail") == {"state": "open", "order": 8}) == []
    body = json.dumps({"alert": {"level": "low"}})
    checkout.aws("sns").publish(TopicArn=outputs["topicArns"]["alerts"], Message=body)
    listener.hears(
        lambda event: any(record.get("Sns", {}).get("Message") == body for record in event.get("Records", []))
    )
    assert checkout.preview_steps() == {}


def arn_of(sqs: Any, url: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return str(attributes["QueueArn"])


def left(sqs: Any, url: str) -> int:
    """Messages in a queue, those included that are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


def sample_of(listener: Listener, kind: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(
        listener.checkout.sandbox("invoke", "listener", "--sample", kind, "--print").ok()
    )
    return event


def keys(event: Any) -> Any:
    """An event without its values."""
    if isinstance(event, dict):
        return {key: keys(value) for key, value in event.items()}
    return [keys(item) for item in event] if isinstance(event, list) else type(event)


def names(event: dict[str, Any]) -> list[Any]:
    """What an event says about the resource that it comes from."""
    if "requestContext" in event:
        return [event["requestContext"]["domainName"]]
    return [
        (
            record.get("eventSourceARN"),
            record.get("s3", {}).get("bucket", {}).get("name"),
            record.get("Sns", {}).get("TopicArn"),
        )
        for record in event.get("Records", [])
    ]
