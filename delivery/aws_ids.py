"""The ids of resources that AWS itself chooses, looked up by what the program gave them."""

from collections.abc import Callable, Mapping
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that a preview doesn't know."""

Inputs = Mapping[str, Any]
Client = Callable[[str], Any]
"""The boto3 client of a service, in the stack's Region."""


def secret_arn(inputs: Inputs, client: Client) -> str | None:
    """The ARN of a secret in Secrets Manager; one that waits for its deletion is restored first."""
    secrets = client("secretsmanager")
    try:
        found = secrets.describe_secret(SecretId=inputs["name"])
    except secrets.exceptions.ResourceNotFoundException:
        return None
    if "DeletedDate" in found:
        secrets.restore_secret(SecretId=found["ARN"])
    return str(found["ARN"])


def mapping_uuid(inputs: Inputs, client: Client) -> str | None:
    """The UUID of the mapping of an event source to a function."""
    asked = {"FunctionName": inputs["functionName"], "EventSourceArn": inputs["eventSourceArn"]}
    if UNKNOWN in asked.values():  # the queue is to be created, so there is no mapping of it
        return None
    found = client("lambda").list_event_source_mappings(**asked)["EventSourceMappings"]
    return str(found[0]["UUID"]) if found else None


def queue_url(inputs: Inputs, client: Client) -> str | None:
    queues = client("sqs")
    try:
        return str(queues.get_queue_url(QueueName=inputs["name"])["QueueUrl"])
    except queues.exceptions.QueueDoesNotExist:
        return None


LOOKUPS: Mapping[str, Callable[[Inputs, Client], str | None]] = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": mapping_uuid,
    "aws:secretsmanager/secret:Secret": secret_arn,
    "aws:sqs/queue:Queue": queue_url,
}
"""By type. None means that there is no such resource."""
