"""The properties of an SNS topic."""

from collections.abc import Mapping

from sandbox.offline.plugins.aws.documents import compact, same_json, same_policy
from sandbox.offline.plugins.rules import Property, arn, in_range, json_text, one_of

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
"""By property, how the API calls it."""
