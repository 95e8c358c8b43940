"""Subscriptions that somebody has to confirm."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from sandbox.process import wait_until
from tests.receiver import receiving
from tests.sandbox.offline.plugins.engine import Engine

SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


@pytest.fixture
def topic(cloud: Any) -> Iterator[str]:
    arn = cloud("sns").create_topic(Name="alarms")["TopicArn"]
    yield arn
    cloud("sns").delete_topic(TopicArn=arn)


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of an endpoint, and what it is sent."""
    sent: list[dict[str, Any]] = []

    with receiving(sent.append) as url:
        yield f"{url}/hunter2", sent


def test_an_email_address_is_subscribed_before_it_is_confirmed_and_forgotten_when_it_never_is(
    engine: Engine, cloud: Any, topic: str
) -> None:
    inputs = {"topic": topic, "protocol": "email", "endpoint": "oncall@example.com"}
    checked, _ = engine.check(SUBSCRIPTION, inputs)
    id, state = engine.create(SUBSCRIPTION, checked)
    assert id.startswith(f"{topic}:")
    assert (state["pendingConfirmation"], state["confirmationWasAuthenticated"]) == (True, False)
    assert engine.diff(SUBSCRIPTION, id, state, inputs, inputs).verdict == "none"
    engine.delete(SUBSCRIPTION, id, checked, state)
    assert [each["SubscriptionArn"] for each in _subscriptions(cloud, topic)] == [id]


def test_an_endpoint_that_is_said_to_confirm_is_waited_for_and_its_url_is_not_shown(
    engine: Engine, topic: str, endpoint: tuple[str, list[dict[str, Any]]]
) -> None:
    url, sent = endpoint
    inputs = {
        "topic": topic,
        "protocol": "http",
        "endpoint": url,
        "endpointAutoConfirms": True,
        "confirmationTimeoutInMinutes": 0,
    }
    checked, _ = engine.check(SUBSCRIPTION, inputs)
    with pytest.raises(grpc.RpcError, match=r"waiting for SNS Topic Subscription .* confirmation: timeout") as refused:
        engine.create(SUBSCRIPTION, checked)
    assert "hunter2" not in str(refused.value.details())
    wait_until(lambda: [each["Type"] for each in sent] == ["SubscriptionConfirmation"], 10, "the endpoint is asked")


def test_an_endpoint_that_may_confirm_at_any_time_is_not_waited_for(
    engine: Engine, cloud: Any, topic: str, endpoint: tuple[str, list[dict[str, Any]]]
) -> None:
    url, sent = endpoint
    checked, _ = engine.check(SUBSCRIPTION, {"topic": topic, "protocol": "http", "endpoint": url})
    id, state = engine.create(SUBSCRIPTION, checked)
    assert state["pendingConfirmation"] is True
    wait_until(lambda: len(sent) == 1, 10, "the endpoint is asked")
    cloud("sns").confirm_subscription(TopicArn=topic, Token=sent[0]["Token"])
    assert engine.read(SUBSCRIPTION, id, checked, state)[2]["pendingConfirmation"] is False
    engine.delete(SUBSCRIPTION, id, checked, state)
    assert _subscriptions(cloud, topic) == []


def _subscriptions(cloud: Any, topic: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return found
