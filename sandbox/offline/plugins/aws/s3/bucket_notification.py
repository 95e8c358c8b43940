"""aws:s3/bucketNotification:BucketNotification"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import S3Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn, in_any_order
from sandbox.offline.plugins.values import Values

_KINDS = {
    "lambdaFunctions": ("LambdaFunctionConfigurations", "lambdaFunctionArn", "tf-s3-lambda-"),
    "queues": ("QueueConfigurations", "queueArn", "tf-s3-queue-"),
    "topics": ("TopicConfigurations", "topicArn", "tf-s3-topic-"),
}
"""By property: the name in the API, the property of the target, and the prefix of generated ids."""


def _rule(target: str) -> Property:
    """Returns the rule for a list of notifications."""
    return Property(
        default=[],
        nested={
            "events": Property(required=True, same=in_any_order),
            "id": Property(computed=True),
            target: Property(required=target != "lambdaFunctionArn", valid=arn),
        },
    )


class BucketNotification(AwsResource[S3Client]):
    """All notifications of a bucket, which a second such resource would replace. Its id is the bucket's name."""

    token = "aws:s3/bucketNotification:BucketNotification"
    label = "S3 Bucket Notification"
    service = "s3"
    not_found_codes = ("NoSuchBucket",)
    title_property = "bucket"
    properties: ClassVar = {
        "bucket": Property(required=True, replaces=True),
        "eventbridge": Property(default=False),
        **{name: _rule(target) for name, (_, target, _) in _KINDS.items()},
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned["bucket"], planned)
        return str(planned["bucket"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        """It exists even if the bucket has no notifications, as in the official provider."""
        found: Any = self.client(call, state).get_bucket_notification_configuration(Bucket=id)
        return {
            "bucket": id,
            "eventbridge": "EventBridgeConfiguration" in found,
            **{name: [_from_api(name, each) for each in found.get(_KINDS[name][0], [])] for name in _KINDS},
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, id, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self._put(call, id, {"region": state.get("region", "")})

    def _put(self, call: AwsCall, bucket: str, planned: Values) -> None:
        configuration: Any = {
            _KINDS[name][0]: [_to_api(name, each) for each in planned.get(name, [])] for name in _KINDS
        }
        if planned.get("eventbridge"):
            configuration["EventBridgeConfiguration"] = {}
        configuration = {key: value for key, value in configuration.items() if value != []}
        self.client(call, planned).put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=configuration
        )


def _to_api(name: str, notification: Values) -> Any:
    _, target, prefix = _KINDS[name]
    rules = [
        {"Name": kind, "Value": notification[f"filter{kind}"]}
        for kind in ("Prefix", "Suffix")
        if notification.get(f"filter{kind}")
    ]
    return {
        "Id": notification.get("id") or naming.from_prefix(prefix),
        target[0].upper() + target[1:]: notification[target],
        "Events": notification["events"],
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


def _from_api(name: str, configuration: Any) -> Values:
    target = _KINDS[name][1]
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    filters = {rule["Name"].lower(): rule["Value"] for rule in rules}
    return {
        "events": configuration["Events"],
        "filterPrefix": filters.get("prefix", ""),
        "filterSuffix": filters.get("suffix", ""),
        "id": configuration["Id"],
        target: configuration[target[0].upper() + target[1:]],
    }
