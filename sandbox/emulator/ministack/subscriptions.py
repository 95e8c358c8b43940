"""Makes subscriptions to topics wait for their confirmation, and checks their filter policies, as SNS does.

MiniStack treats e-mail addresses as confirmed, returns no ARN of an unconfirmed subscription to who asks for it, ends
one that SNS refuses to end, and takes nested policies for attributes (MiniStack 1.5.33). It sends no e-mails.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import sns

from sandbox.emulator.ministack.answers import Answer

Params = Any
"""The parameters of a request in the query protocol."""

PENDING = "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"


def enforce_subscription_rules() -> None:
    sns._subscribe = _pending(_with_flat_policy_of_new(sns._subscribe))
    sns._unsubscribe = _confirmed_only(sns._unsubscribe)
    sns._set_subscription_attributes = _with_flat_policy(sns._set_subscription_attributes)


def _pending(subscribe: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def subscribe_receiver(params: Params) -> Answer:
        before = _arns(params)
        answer = subscribe(params)
        found = _subscription(params)
        if answer[0] != 200 or found is None:
            return answer
        if found["protocol"] in ("email", "email-json") and found["arn"] not in before:
            found.update(confirmed=False, token=sns.new_uuid())
            found["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")
            sns._refresh_subscription_counts(sns._topic_by_arn_any_scope(found["topic_arn"]))
        shown = found["confirmed"] or sns._p(params, "ReturnSubscriptionArn") == "true"
        arn = found["arn"] if shown else "pending confirmation"
        result = f"<SubscribeResult><SubscriptionArn>{arn}</SubscriptionArn></SubscribeResult>"
        return sns._xml(200, "SubscribeResponse", result)

    return subscribe_receiver


def _confirmed_only(unsubscribe: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def end_subscription(params: Params) -> Answer:
        arn = sns._p(params, "SubscriptionArn")
        found = _by_arn(arn)
        if found and not found["confirmed"]:
            return sns._error("InvalidParameter", PENDING, 400)
        return unsubscribe(params)

    return end_subscription


def _with_flat_policy_of_new(subscribe: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def subscribe_endpoint(params: Params) -> Answer:
        given: dict[str, str] = {}
        while key := sns._p(params, f"Attributes.entry.{len(given) + 1}.key"):
            given[key] = sns._p(params, f"Attributes.entry.{len(given) + 1}.value")
        return _refused_policy(given) or subscribe(params)

    return subscribe_endpoint


def _with_flat_policy(set_attribute: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    """A subscription that loses its filter policy also loses the scope."""

    def set_subscription_attributes(params: Params) -> Answer:
        arn, name, value = (sns._p(params, key) for key in ("SubscriptionArn", "AttributeName", "AttributeValue"))
        subscription = _by_arn(arn) or {"attributes": {}}
        if refused := _refused_policy({**subscription["attributes"], name: value}):
            return refused
        answer = set_attribute(params)
        if name == "FilterPolicy" and value in ("", "{}"):
            for attribute in ("FilterPolicy", "FilterPolicyScope"):
                subscription["attributes"].pop(attribute, None)
        return answer

    return set_subscription_attributes


def _refused_policy(attributes: dict[str, str]) -> Answer | None:
    try:
        policy = json.loads(attributes.get("FilterPolicy") or "{}")
    except ValueError:
        return None  # MiniStack refuses it
    if attributes.get("FilterPolicyScope") == "MessageBody" or not isinstance(policy, dict):
        return None
    if not any(isinstance(value, dict) for value in policy.values()):
        return None
    what = "Filter policy scope MessageAttributes does not support nested filter policy"
    return sns._error("InvalidParameter", f"Invalid parameter: {what}", 400)


def _by_arn(arn: str) -> dict[str, Any] | None:
    topic = sns._sub_arn_to_topic.get(arn)
    return sns._find_subscription(topic, arn) if topic else None


def _subscriptions(params: Params) -> list[dict[str, Any]]:
    topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn"))
    return topic["subscriptions"] if topic else []


def _arns(params: Params) -> set[str]:
    return {each["arn"] for each in _subscriptions(params)}


def _subscription(params: Params) -> dict[str, Any] | None:
    wanted = sns._p(params, "Protocol"), sns._p(params, "Endpoint")
    return next((each for each in _subscriptions(params) if (each["protocol"], each["endpoint"]) == wanted), None)
