"""aws:sqs/queue:Queue"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.offline.plugins.aws.clients import SQSClient
from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.fifo import QueueOrTopic
from sandbox.offline.plugins.aws.resource import AwsCall, Tagging
from sandbox.offline.plugins.rules import Property, conflicts_with, in_range, json_text, one_of
from sandbox.offline.plugins.values import Values

QUEUE_NOT_FOUND_CODES = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_DOCUMENT = Property(computed=True, json=True, valid=json_text, normalise=compact, same=same_policy)
_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


class Queue(QueueOrTopic[SQSClient]):
    """Its id is its URL. The official provider waits half a minute after a change; the emulator doesn't need that."""

    token = "aws:sqs/queue:Queue"
    label = "SQS Queue"
    service = "sqs"
    not_found_codes = QUEUE_NOT_FOUND_CODES
    tagging = Tagging("QueueUrl", by="id", set="tag_queue", remove="untag_queue", form=dict)
    generated_name = ("name", 80)
    fifo = "fifoQueue"
    kind = "queue"
    fifo_kind = "FIFO queue"
    cross_property_rules = (
        *QueueOrTopic.cross_property_rules,
        conflicts_with("kmsMasterKeyId", "sqsManagedSseEnabled"),
    )
    properties: ClassVar = {
        "arn": Property(computed=True),
        "contentBasedDeduplication": Property(default=False),
        "deduplicationScope": Property(computed=True, valid=one_of("messageGroup", "queue")),
        "delaySeconds": Property(default=0, valid=in_range(0, 900)),
        "fifoQueue": Property(default=False, replaces=True),
        "fifoThroughputLimit": Property(computed=True, valid=one_of("perMessageGroupId", "perQueue")),
        "kmsDataKeyReusePeriodSeconds": Property(computed=True, valid=in_range(60, 86400)),
        "kmsMasterKeyId": Property(),
        "maxMessageSize": Property(default=262144, valid=in_range(1024, 1048576)),
        "messageRetentionSeconds": Property(default=345600, valid=in_range(60, 1209600)),
        "name": Property(computed=True, replaces=True),
        "namePrefix": Property(computed=True, replaces=True),
        "policy": _DOCUMENT,
        "receiveWaitTimeSeconds": Property(default=0, valid=in_range(0, 20)),
        "redriveAllowPolicy": _DOCUMENT,
        "redrivePolicy": _DOCUMENT,
        "sqsManagedSseEnabled": Property(computed=True),
        "url": Property(computed=True),
        "visibilityTimeoutSeconds": Property(default=30, valid=in_range(0, 43200)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        attributes: Any = to_attributes(_ATTRIBUTES, _without_fifo_properties(planned))
        tags = self.new_tags(planned)
        return self.client(call, planned).create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        sqs = self.client(call, state)
        attributes: Any = sqs.get_queue_attributes(QueueUrl=id, AttributeNames=["All"])["Attributes"]
        name = attributes["QueueArn"].rpartition(":")[2]
        return {
            **from_attributes(self.outputs_shape, _ATTRIBUTES, {"KmsDataKeyReusePeriodSeconds": "300", **attributes}),
            "arn": attributes["QueueArn"],
            "name": name,
            "namePrefix": naming.prefix_of(name.removesuffix(".fifo")),
            "tags": sqs.list_queue_tags(QueueUrl=id).get("Tags", {}),
            "url": id,
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        sqs = self.client(call, planned)
        attributes: Any = attribute_changes(_ATTRIBUTES, state, planned)
        if attributes:
            sqs.set_queue_attributes(QueueUrl=id, Attributes=attributes)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_queue(QueueUrl=id)


def _without_fifo_properties(planned: Values) -> Values:
    """When AWS creates a standard queue, it refuses the properties of FIFO queues, even with the value false."""
    if planned["fifoQueue"]:
        return planned
    return {name: value for name, value in planned.items() if name not in ("fifoQueue", "contentBasedDeduplication")}
