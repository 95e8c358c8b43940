"""aws:sns/topicSubscription:TopicSubscription"""

from typing import ClassVar

from sandbox.offline.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.offline.plugins.aws.clients import SNSClient
from sandbox.offline.plugins.aws.documents import compact, same_json
from sandbox.offline.plugins.aws.resource import ARN_PATTERN, AwsCall, AwsResource
from sandbox.offline.plugins.aws.waiting import wait_until
from sandbox.offline.plugins.rules import Property, arn, json_text, one_of, required_with
from sandbox.offline.plugins.values import Values

_PROTOCOLS = ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")
_DOCUMENT = Property(json=True, valid=json_text, normalise=compact, same=same_json)
_ATTRIBUTES = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
_NO_FILTER = "{}"
_FLAT, _NESTED = "MessageAttributes", "MessageBody"
"""The scopes. A filter policy for the first one can't be nested."""
_PENDING = "Cannot unsubscribe a subscription that is pending confirmation"
_READ_ATTRIBUTES = {
    **_ATTRIBUTES,
    "confirmationWasAuthenticated": "ConfirmationWasAuthenticated",
    "endpoint": "Endpoint",
    "ownerId": "Owner",
    "pendingConfirmation": "PendingConfirmation",
    "protocol": "Protocol",
    "topic": "TopicArn",
}


class TopicSubscription(AwsResource[SNSClient]):
    """Its id is its ARN.

    Who is behind an e-mail address or a URL has to confirm the subscription. The provider waits for that only if the
    program says that an endpoint confirms by itself. SNS deletes no subscription that isn't confirmed: the provider
    forgets it, and SNS deletes it after two days.
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sns/topic_subscription.go
    """

    token = "aws:sns/topicSubscription:TopicSubscription"
    label = "SNS Topic Subscription"
    service = "sns"
    not_found_codes = ("NotFound",)
    import_id = ARN_PATTERN
    cross_property_rules = (required_with("filterPolicyScope", "filterPolicy"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "confirmationTimeoutInMinutes": Property(default=1),
        "confirmationWasAuthenticated": Property(computed=True),
        "deliveryPolicy": _DOCUMENT,
        "endpoint": Property(required=True, replaces=True),
        "endpointAutoConfirms": Property(default=False),
        "filterPolicy": _DOCUMENT,
        "filterPolicyScope": Property(computed=True, valid=one_of(_FLAT, _NESTED)),
        "ownerId": Property(computed=True),
        "pendingConfirmation": Property(computed=True),
        "protocol": Property(required=True, replaces=True, valid=one_of(*_PROTOCOLS)),
        "rawMessageDelivery": Property(default=False),
        "redrivePolicy": _DOCUMENT,
        "replayPolicy": _DOCUMENT,
        "subscriptionRoleArn": Property(valid=arn),
        "topic": Property(required=True, replaces=True, valid=arn),
    }

    def title(self, values: Values, name: str) -> str:
        """Without the endpoint, which may be a secret."""
        return f"{values.get('protocol')} to {values.get('topic')}"

    def plan(self, call: AwsCall, state: Values, inputs: Values) -> Values:
        """A filter policy whose scope leaves the program has the default scope again."""
        planned = super().plan(call, state, inputs)
        if planned.get("filterPolicy") and "filterPolicyScope" not in inputs and state.get("filterPolicyScope"):
            planned["filterPolicyScope"] = _FLAT
        return planned

    def api_create(self, call: AwsCall, planned: Values) -> str:
        given = {name: value for name, value in planned.items() if value}
        return self.client(call, planned).subscribe(
            TopicArn=planned["topic"],
            Protocol=planned["protocol"],
            Endpoint=planned["endpoint"],
            Attributes=to_attributes(_ATTRIBUTES, given),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        """Wait until an endpoint that confirms by itself has done so."""
        if not (planned["protocol"].startswith("http") and planned["endpointAutoConfirms"]):
            return
        sns, minutes = self.client(call, planned), planned["confirmationTimeoutInMinutes"]
        doing = f"waiting for SNS Topic Subscription ({id}) confirmation"

        def confirmed() -> bool:
            found = sns.get_subscription_attributes(SubscriptionArn=id)["Attributes"]
            return found["PendingConfirmation"] != "true"

        last = f"last state: 'true', timeout: {minutes}m0s"
        too_late = f"{doing}: timeout while waiting for state to become 'false' ({last})"
        wait_until(call, confirmed, doing, 60 * minutes, lambda: too_late)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        attributes = self.client(call, state).get_subscription_attributes(SubscriptionArn=id)["Attributes"]
        reported = from_attributes(self.outputs_shape, _READ_ATTRIBUTES, attributes)
        return {**reported, "arn": id, "filterPolicy": reported["filterPolicy"].removeprefix(_NO_FILTER)}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        sns = self.client(call, planned)
        changes = attribute_changes(_ATTRIBUTES, state, planned)
        if changes.get("FilterPolicy") == "":
            changes["FilterPolicy"] = _NO_FILTER
        for name, value in sorted(changes.items(), key=_order):
            sns.set_subscription_attributes(SubscriptionArn=id, AttributeName=name, AttributeValue=value)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        sns = self.client(call, state)
        try:
            sns.unsubscribe(SubscriptionArn=id)
        except sns.exceptions.InvalidParameterException as refused:
            if _PENDING not in str(refused):
                raise


def _order(change: tuple[str, str]) -> int:
    """Sets the scope that any policy fits before the policy, and the other one after it."""
    return {_NESTED: -1, _FLAT: 1}.get(change[1], 0) if change[0] == "FilterPolicyScope" else 0
