"""Statements of IAM policies: the rights that a function's triggers take."""

from collections.abc import Iterator

from components.arn import account_of, bucket_arn, dns_suffix, queue_arn, region_of
from components.function.permissions import Statement
from components.naming import bucket_name, trigger_name
from components.settings.triggers import Bucket, Triggers

_READ_MESSAGES = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions"""
_READ_OBJECTS = ["s3:GetObject", "s3:GetObjectVersion"]


def read_sources(triggers: Triggers, neighbour: str, physical_name: str, key: str | None = None) -> Iterator[Statement]:
    """To read the messages of its queues, as Lambda does in its name, and the objects that it is told of.

    `neighbour` is the ARN of something in the same account and Region. The sources need not exist yet. `key` is the ARN
    of the KMS key that those of its own are encrypted with; none with AWS's own.
    """
    if triggers.queues:
        queues = [queue_arn(neighbour, trigger_name(physical_name, name)) for name in triggers.queues]
        yield {"Sid": "ReadMessages", "Effect": "Allow", "Action": _READ_MESSAGES, "Resource": queues}
    if triggers.buckets:
        objects = [_objects(neighbour, physical_name, name, bucket) for name, bucket in triggers.buckets.items()]
        yield {"Sid": "ReadObjects", "Effect": "Allow", "Action": _READ_OBJECTS, "Resource": objects}
    own = {"s3": any(not bucket.existing for bucket in triggers.buckets.values()), "sqs": bool(triggers.queues)}
    services = [f"{service}.{region_of(neighbour)}.{dns_suffix(neighbour)}" for service, there in own.items() if there]
    if key and services:
        through = {"Condition": {"StringEquals": {"kms:ViaService": services}}}
        yield {"Sid": "DecryptSources", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, **through}


def _objects(neighbour: str, physical_name: str, name: str, bucket: Bucket) -> str:
    whose = bucket.existing or bucket_name(physical_name, name, account_of(neighbour))
    return f"{bucket_arn(neighbour, whose)}/{bucket.prefix}*"
