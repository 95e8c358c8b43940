"""The types that set one attribute of an existing queue, such as aws:sqs/queuePolicy:QueuePolicy."""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import SQSClient
from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.aws.sqs.queue import QUEUE_NOT_FOUND_CODES
from sandbox.offline.plugins.rules import Property, json_text
from sandbox.offline.plugins.values import Values


class _QueueAttribute(AwsResource[SQSClient]):
    """An attribute that is a JSON document. Its id is the queue's URL."""

    attribute: ClassVar[str]
    """The attribute's name in the API."""
    document: ClassVar[str]
    """The property that has the document."""

    service = "sqs"
    not_found_codes = QUEUE_NOT_FOUND_CODES
    title_property = "queueUrl"

    def __init_subclass__(cls) -> None:
        cls.properties = {
            cls.document: Property(required=True, json=True, valid=json_text, normalise=compact, same=same_policy),
            "queueUrl": Property(required=True, replaces=True),
        }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._set(call, planned, planned[self.document])
        return str(planned["queueUrl"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        attributes: Any = self.client(call, state).get_queue_attributes(QueueUrl=id, AttributeNames=["All"])
        document = attributes["Attributes"].get(self.attribute)
        return {self.document: document, "queueUrl": id} if document else None

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._set(call, planned, planned[self.document])

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self._set(call, state, "")

    def _set(self, call: AwsCall, values: Values, document: str) -> None:
        attributes: Any = {self.attribute: document}
        self.client(call, values).set_queue_attributes(QueueUrl=values["queueUrl"], Attributes=attributes)


class QueuePolicy(_QueueAttribute):
    token = "aws:sqs/queuePolicy:QueuePolicy"
    label = "SQS Queue Policy"
    attribute = "Policy"
    document = "policy"


class RedrivePolicy(_QueueAttribute):
    token = "aws:sqs/redrivePolicy:RedrivePolicy"
    label = "SQS Queue Redrive Policy"
    attribute = "RedrivePolicy"
    document = "redrivePolicy"


class RedriveAllowPolicy(_QueueAttribute):
    token = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
    label = "SQS Queue Redrive Allow Policy"
    attribute = "RedriveAllowPolicy"
    document = "redriveAllowPolicy"
