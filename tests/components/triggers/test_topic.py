from typing import Any

import pulumi
import pulumi_aws as aws

from components.triggers.topic import TopicTrigger, TopicTriggerArgs
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, FUNCTION, connected, waits

OWN = f"arn:aws:sns:{REGION}:{ACCOUNT}:dev-thumbnail-news"
OTHERS = f"arn:aws:sns:{REGION}:210987654321:news"
TOPIC = "aws:sns/topic:Topic"
PERMISSION = "aws:lambda/permission:Permission"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


def subscribed(existing: str | None = None, **others: Any) -> tuple[str, Recording]:
    def program(alias: aws.lambda_.Alias) -> pulumi.Output[str]:
        tags = {"team": "pictures"}
        args = TopicTriggerArgs(alias=alias, topic_name="dev-thumbnail-news", existing=existing, tags=tags, **others)
        return TopicTrigger("thumbnail-news", args).topic_arn

    return connected(program)


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
    inputs = subscribed(filter_policy='{"a":["x"]}')[1].one(SUBSCRIPTION).inputs
    assert (inputs["filterPolicy"], inputs["filterPolicyScope"]) == ('{"a":["x"]}', "MessageBody")
    inputs = subscribed(filter_policy='{"a":["x"]}', filter_scope="messageAttributes")[1].one(SUBSCRIPTION).inputs
    assert inputs["filterPolicyScope"] == "MessageAttributes"
