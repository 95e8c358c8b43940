"""Makes subscriptions to topics wait for their confirmation, as SNS does.

MiniStack treats e-mail addresses as confirmed, returns no ARN of an unconfirmed subscription to who asks for it, and
ends one that SNS refuses to end (MiniStack 1.5.33). It sends no e-mails.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import sns

Params = Any
"""The parameters of a request in the query protocol."""
Answer = Any
"""As MiniStack returns one: status, headers, body."""

PENDING = "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"


def require_confirmation() -> None:
    sns._subscribe = _pending(sns._subscribe)
    sns._unsubscribe = _confirmed_only(sns._unsubscribe)


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
        topic = sns._sub_arn_to_topic.get(arn)
        found = sns._find_subscription(topic, arn) if topic else None
        if found and not found["confirmed"]:
            return sns._error("InvalidParameter", PENDING, 400)
        return unsubscribe(params)

    return end_subscription


def _subscriptions(params: Params) -> list[dict[str, Any]]:
    topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn"))
    return topic["subscriptions"] if topic else []


def _arns(params: Params) -> set[str]:
    return {each["arn"] for each in _subscriptions(params)}


def _subscription(params: Params) -> dict[str, Any] | None:
    wanted = sns._p(params, "Protocol"), sns._p(params, "Endpoint")
    return next((each for each in _subscriptions(params) if (each["protocol"], each["endpoint"]) == wanted), None)
