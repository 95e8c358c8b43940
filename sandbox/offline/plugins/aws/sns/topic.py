"""aws:sns/topic:Topic"""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.offline.plugins.aws.clients import SNSClient
from sandbox.offline.plugins.aws.documents import compact, same_json, same_policy
from sandbox.offline.plugins.aws.fifo import QueueOrTopic
from sandbox.offline.plugins.aws.resource import ARN_PATTERN, AwsCall, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, arn, in_range, json_text, one_of
from sandbox.offline.plugins.values import Values

_ENDPOINTS = {"application": "Application", "firehose": "Firehose", "http": "HTTP", "lambda": "Lambda", "sqs": "SQS"}
_FEEDBACK = {
    "FailureFeedbackRoleArn": Property(valid=arn),
    "SuccessFeedbackRoleArn": Property(valid=arn),
    "SuccessFeedbackSampleRate": Property(valid=in_range(0, 100)),
}
_DOCUMENT = Property(json=True, valid=json_text, normalise=compact, same=same_json)

PROPERTIES: Mapping[str, Property] = {
    **{endpoint + name: rule for endpoint in _ENDPOINTS for name, rule in _FEEDBACK.items()},
    "archivePolicy": _DOCUMENT,
    "arn": Property(computed=True),
    "beginningArchiveTime": Property(computed=True),
    "contentBasedDeduplication": Property(default=False),
    "deliveryPolicy": _DOCUMENT,
    "displayName": Property(),
    "fifoThroughputScope": Property(computed=True, valid=one_of("MessageGroup", "Topic")),
    "fifoTopic": Property(default=False, replaces=True),
    "kmsMasterKeyId": Property(),
    "name": Property(computed=True, replaces=True),
    "namePrefix": Property(computed=True, replaces=True),
    "owner": Property(computed=True),
    "policy": Property(computed=True, json=True, valid=json_text, normalise=compact, same=same_policy),
    "signatureVersion": Property(computed=True, valid=in_range(1, 2)),
    "tracingConfig": Property(computed=True, valid=one_of("Active", "PassThrough")),
}

ATTRIBUTES: Mapping[str, str] = {
    **{endpoint + name: aws + name for endpoint, aws in _ENDPOINTS.items() for name in _FEEDBACK},
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoThroughputScope": "FifoThroughputScope",
    "fifoTopic": "FifoTopic",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
"""The names of attributes, by property."""


class Topic(QueueOrTopic[SNSClient]):
    """Its id is its ARN."""

    token = "aws:sns/topic:Topic"
    label = "SNS Topic"
    service = "sns"
    not_found_codes = ("NotFound",)
    tagging = Tagging("ResourceArn", by="id")
    import_id = ARN_PATTERN
    generated_name = ("name", 256)
    fifo = "fifoTopic"
    kind = "topic"
    fifo_kind = "FIFO topics"
    properties: ClassVar = PROPERTIES

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        tags: Any = self.new_tags(planned)
        given = {name: value for name, value in planned.items() if value}
        attributes = to_attributes(ATTRIBUTES, given)
        return self.client(call, planned).create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        sns = self.client(call, state)
        attributes = sns.get_topic_attributes(TopicArn=id)["Attributes"]
        name = id.rpartition(":")[2]
        return {
            **from_attributes(self.outputs_shape, ATTRIBUTES, attributes),
            "arn": id,
            "beginningArchiveTime": attributes.get("BeginningArchiveTime", ""),
            "name": name,
            "namePrefix": naming.prefix_of(name.removesuffix(".fifo")),
            "owner": attributes["Owner"],
            "tags": tag_map(sns.list_tags_for_resource(ResourceArn=id)["Tags"]),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        sns = self.client(call, planned)
        for name, value in attribute_changes(ATTRIBUTES, state, planned).items():
            sns.set_topic_attributes(TopicArn=id, AttributeName=name, AttributeValue=value)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_topic(TopicArn=id)
