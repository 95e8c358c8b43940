import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from components.arn import AwsScope
from components.errors import ComponentError
from components.settings.triggers import Triggers
from operations.samples import KINDS, Target, sample

URL = "https://abc.lambda-url.eu-central-1.on.aws/"
TARGET = Target(
    module="orders",
    function="shop-dev-orders",
    scope=AwsScope("aws", "eu-central-1", "123456789012"),
    url=URL,
    now=datetime(2026, 11, 29, 7, 20, 31, 123000, UTC),
)
EVERYTHING: dict[str, Any] = {
    "url": {},
    "schedules": {"nightly": {"expression": "rate(1 day)", "event": {"job": "clean"}}},
    "events": {"opened": {"pattern": {"source": ["shop"], "detail": {"state": ["open"], "sum": [{"exists": True}]}}}},
    "routes": {"GET /orders/{id}/{rest+}": {}},
    "queues": {"new": {"fifo": True}, "old": {}},
    "streams": {"changes": {"arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"}},
    "buckets": {"uploads": {"prefix": "in/a b/", "suffix": ".png"}},
    "topics": {"news": {}},
}


def event(choice: str, target: Target = TARGET, **triggers: Any) -> Any:
    return sample(choice, Triggers.model_validate(triggers), target)


def record(choice: str, target: Target = TARGET, **triggers: Any) -> Any:
    (only,) = event(choice, target, **triggers)["Records"]
    return only


def refusal(choice: str, **triggers: Any) -> str:
    with pytest.raises(ComponentError) as refused:
        event(choice, **triggers)
    return str(refused.value)


def test_every_kind_of_trigger_has_samples() -> None:
    assert {kind.setting for kind in KINDS.values()} == Triggers.model_fields.keys()
    assert [name for name in KINDS if not event(name if name != "queue" else "queue:old", **EVERYTHING)] == []


def test_a_message_comes_from_the_queue_itself() -> None:
    message = record("queue:old", **EVERYTHING)
    assert message["eventSourceARN"] == "arn:aws:sqs:eu-central-1:123456789012:shop-dev-orders-old"
    assert message["md5OfBody"] == hashlib.md5(message["body"].encode()).hexdigest()
    assert message["attributes"]["SentTimestamp"] == "1795936831123"


def test_a_message_of_a_fifo_queue_has_a_group() -> None:
    message = record("queue:new", **EVERYTHING)
    assert message["eventSourceARN"].endswith(":shop-dev-orders-new.fifo")
    assert message["attributes"]["MessageGroupId"] == "sample"


def test_a_request_of_a_route_has_its_variables_and_its_caller() -> None:
    request = event("route", **EVERYTHING)
    assert (request["routeKey"], request["rawPath"]) == ("GET /orders/{id}/{rest+}", "/orders/sample-id/sample/rest")
    assert request["pathParameters"] == {"id": "sample-id", "rest": "sample/rest"}
    assert request["requestContext"]["authorizer"]["iam"]["accountId"] == "123456789012"
    by_token = event("route", routes={"POST /": {"auth": "users", "scopes": ["write"]}})["requestContext"]
    assert by_token["authorizer"]["jwt"]["scopes"] == ["write"]
    assert "authorizer" not in event("route", routes={"$default": {"auth": "public"}})["requestContext"]


def test_a_record_comes_from_its_stream() -> None:
    of_kinesis = record("stream", **EVERYTHING)
    assert base64.b64decode(of_kinesis["kinesis"]["data"]) == b'{"hello": "world"}'
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-29T07:20:56.123"
    of_table = record("stream", streams={"changes": {"arn": table}})
    assert (of_table["eventSource"], of_table["eventSourceARN"]) == ("aws:dynamodb", table)
    assert (of_kinesis["awsRegion"], of_table["awsRegion"]) == ("eu-west-1", "eu-west-1")


def test_the_topic_of_alarms_tells_of_one() -> None:
    told = record("topic", topics={"alarms": {"alarms": True}})["Sns"]
    assert told["TopicArn"] == "arn:aws:sns:eu-central-1:123456789012:shop-dev-alarms"
    assert json.loads(told["Message"])["NewStateValue"] == "ALARM"


def test_an_event_has_the_values_that_the_pattern_names() -> None:
    sent = event("event", **EVERYTHING)
    assert (sent["source"], sent["detail"], sent["detail-type"]) == ("shop", {"state": "open"}, "Sample")


def test_an_event_of_a_bucket_is_one_that_the_trigger_is_for() -> None:
    names = {
        "s3:ObjectRemoved:*": "ObjectRemoved:Delete",
        "s3:ObjectAcl:Put": "ObjectAcl:Put",
        "s3:LifecycleTransition": "LifecycleTransition",
    }
    for given, name in names.items():
        assert record("", buckets={"a": {"events": [given]}})["eventName"] == name


def test_an_object_has_a_key_that_prefix_and_suffix_match_as_s3_encodes_it() -> None:
    (told,) = event("bucket", **EVERYTHING)["Records"]
    assert told["s3"]["bucket"]["name"] == "shop-dev-orders-uploads-123456789012"
    assert told["s3"]["object"]["key"] == "in/a+b/sample.png"
    assert told["eventTime"] == "2026-11-29T07:20:31.123Z"


def test_an_existing_bucket_and_topic_are_named() -> None:
    assert record("", buckets={"a": {"existing": "theirs"}})["s3"]["bucket"]["arn"] == "arn:aws:s3:::theirs"
    topic = "arn:aws:sns:eu-west-1:210987654321:theirs"
    message = record("", topics={"a": {"existing": topic}})["Sns"]
    assert (message["TopicArn"], message["UnsubscribeUrl"][:33]) == (topic, "https://sns.eu-west-1.amazonaws.c")


def test_a_message_of_a_topic_names_it() -> None:
    message = record("topic", **EVERYTHING)
    assert message["Sns"]["TopicArn"] == "arn:aws:sns:eu-central-1:123456789012:shop-dev-orders-news"
    assert message["EventSubscriptionArn"].startswith(f"{message['Sns']['TopicArn']}:")


def test_a_schedule_sends_the_event_of_its_settings() -> None:
    assert event("schedule:nightly", **EVERYTHING) == {"job": "clean"}


def test_a_request_has_a_signer_unless_the_url_is_public() -> None:
    signed, public = event("url", **EVERYTHING), event("url", url={"auth": "public"})
    assert signed["requestContext"]["domainName"] == signed["headers"]["host"] == "abc.lambda-url.eu-central-1.on.aws"
    assert signed["requestContext"]["authorizer"]["iam"]["accountId"] == "123456789012"
    assert public["requestContext"]["accountId"] == "anonymous"
    assert "authorizer" not in public["requestContext"]


def test_the_only_trigger_needs_no_name() -> None:
    assert event("", schedules=EVERYTHING["schedules"]) == {"job": "clean"}
    assert record("queue", queues={"new": {}})["eventSource"] == "aws:sqs"


def test_a_choice_that_is_none_names_those_that_exist() -> None:
    several = "the module `orders` has several triggers, so choose one of them: queue:new, queue:old"
    assert refusal("queue", **EVERYTHING) == several
    assert refusal("", queues={"new": {}, "old": {}}) == several
    assert (
        refusal("topic\x1b", queues={"new": {}})
        == "the module `orders` has no trigger `topic\\u001b`; it has: queue:new"
    )
    assert (
        refusal("queue:olf", queues={"new": {}}) == "the module `orders` has no trigger `queue:olf`; it has: queue:new"
    )
    assert refusal("queue") == refusal("")
    assert "has no trigger in its settings" in refusal("")


def test_a_url_that_is_not_deployed_has_no_sample_yet() -> None:
    with pytest.raises(ComponentError, match="the URL of the module `orders` isn't deployed yet"):
        event("url", Target(module="orders", function="f", scope=TARGET.scope), url={})
