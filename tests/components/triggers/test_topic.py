from typing import Any

from components.settings.triggers import Topic
from components.triggers.topic import TopicTrigger, TopicTriggerArgs
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, FUNCTION, connected, waits

OWN = f"arn:aws:sns:{REGION}:{ACCOUNT}:dev-thumbnail-news"
OTHERS = f"arn:aws:sns:{REGION}:210987654321:news"
TOPIC = "aws:sns/topic:Topic"
PERMISSION = "aws:lambda/permission:Permission"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


def subscribed(existing: str | None = None, **others: Any) -> tuple[str, Recording]:
    settings, tags = Topic(existing=existing, **others), {"team": "pictures"}
    return connected(
        lambda alias: (
            TopicTrigger(
                "thumbnail-news",
                TopicTriggerArgs(alias=alias, topic_name="dev-thumbnail-news", settings=settings, tags=tags),
            ).topic_arn
        )
    )


def test_the_alias_is_subscribed_to_a_topic_of_its_own() -> None:
    arn, recording = subscribed()
    assert arn == OWN
    assert recording.one(TOPIC).inputs == {"name": "dev-thumbnail-news", "tags": {"team": "pictures"}}
    inputs = recording.one(SUBSCRIPTION).inputs
    assert (inputs["topic"], inputs["protocol"], inputs["endpoint"]) == (OWN, "lambda", ALIAS_ARN)


def test_the_alias_is_subscribed_to_a_topic_of_others_which_is_left_as_it_is() -> None:
    arn, recording = subscribed(OTHERS)
    assert arn == OTHERS
    assert recording.types == ["aws:lambda/alias:Alias", PERMISSION, SUBSCRIPTION]
    assert recording.one(SUBSCRIPTION).inputs["topic"] == OTHERS


def test_sns_may_invoke_the_alias_for_this_topic_alone() -> None:
    for existing in (None, OTHERS):
        arn, recording = subscribed(existing)
        inputs = recording.one(PERMISSION).inputs
        assert (inputs["function"], inputs["qualifier"]) == (FUNCTION, "live")
        assert (inputs["principal"], inputs["action"]) == ("sns.amazonaws.com", "lambda:InvokeFunction")
        assert inputs["sourceArn"] == arn


def test_messages_are_sent_once_they_may_be() -> None:
    assert waits(subscribed()[1], SUBSCRIPTION, PERMISSION)


def test_only_messages_that_the_filter_matches_are_sent() -> None:
    assert subscribed()[1].one(SUBSCRIPTION).inputs.keys().isdisjoint({"filterPolicy", "filterPolicyScope"})
    _, recording = subscribed(filter={"b": ["x"], "a": [{"prefix": "y"}]}, filter_scope="messageBody")
    inputs = recording.one(SUBSCRIPTION).inputs
    assert inputs["filterPolicy"] == '{"a":[{"prefix":"y"}],"b":["x"]}'
    assert inputs["filterPolicyScope"] == "MessageBody"
    by_attributes = subscribed(filter={"a": ["x"]})[1].one(SUBSCRIPTION).inputs
    assert by_attributes["filterPolicyScope"] == "MessageAttributes"
