"""Subscriptions to topics, over the API as any client would meet them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client

FLAT, NESTED = '{"state": ["open"]}', '{"order": {"state": ["open"]}}'


def attributes(sns: Any, subscription: str) -> dict[str, str]:
    found = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    return {name: value for name, value in found.items() if name.startswith("FilterPolicy")}


def test_only_a_policy_for_bodies_is_nested_and_a_scope_goes_with_its_policy(emulator: Emulator) -> None:
    sns = client(emulator, "sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    to = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:000000000000:none"}
    with pytest.raises(ClientError, match="MessageAttributes does not support nested filter policy"):
        sns.subscribe(**to, Attributes={"FilterPolicy": NESTED})
    of_bodies = {"FilterPolicy": NESTED, "FilterPolicyScope": "MessageBody"}
    arn = sns.subscribe(**to, Attributes=of_bodies, ReturnSubscriptionArn=True)["SubscriptionArn"]
    change = {"SubscriptionArn": arn, "AttributeName": "FilterPolicyScope", "AttributeValue": "MessageAttributes"}
    with pytest.raises(ClientError, match="MessageAttributes does not support nested filter policy"):
        sns.set_subscription_attributes(**change)
    assert attributes(sns, arn) == of_bodies
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=FLAT)
    sns.set_subscription_attributes(**change)
    assert attributes(sns, arn) == {"FilterPolicy": FLAT, "FilterPolicyScope": "MessageAttributes"}
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{}")
    assert attributes(sns, arn) == {}
