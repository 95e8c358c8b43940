"""Statements of IAM policies: what a function may do with the resources that its setting `access` names.

AWS's lists of actions by access level: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.arn import AwsScope
from components.json_text import json_text
from components.naming import physical_name
from components.policy import Statement
from components.served import ALIAS
from components.settings.access import Access

_READ_TABLE = ("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan")
_WRITE_TABLE = ("BatchWriteItem", "DeleteItem", "DescribeTable", "PutItem", "UpdateItem")
_WRITE_OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject")
_SIMPLE = {
    "queue": ("AccessSendMessages", ("sqs:GetQueueUrl", "sqs:SendMessage")),
    "topic": ("AccessPublish", ("sns:Publish",)),
    "secret": ("AccessReadSecrets", ("secretsmanager:GetSecretValue",)),
    "parameter": ("AccessReadParameters", ("ssm:GetParameter", "ssm:GetParameters")),
    "module": ("AccessInvoke", ("lambda:InvokeFunction",)),
}
"""By kind, the name of the statement and the actions. A queue's name becomes its URL by GetQueueUrl."""
_SERVICES = {
    "bucket": "s3",
    "table": "dynamodb",
    "queue": "sqs",
    "topic": "sns",
    "secret": "secretsmanager",
    "parameter": "ssm",
}
"""The services that decrypt and encrypt data for the function."""
_OF_STACK = _SERVICES.keys() - {"table"}
"""Kinds of resources that may be encrypted with the stack's own key; see `components.encryption_key`."""
_USE_KEY = {"read": ("kms:Decrypt",), "write": ("kms:Decrypt", "kms:GenerateDataKey")}
_USE_KEY_OF_TABLE = {
    "read": ("kms:Decrypt", "kms:DescribeKey"),
    "write": ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
}
"""What a function needs to do with the key of a resource.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""


@dataclass(frozen=True, kw_only=True)
class _Grant:
    """One statement, before it is joined with those that differ only in their resources."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)


def access_statements(
    access: Iterable[Access], scope: AwsScope, prefix: str, kms_key_arn: str | None
) -> Iterator[Statement]:
    """Yield statements that allow what `access` says and nothing more. The resources need not exist.

    Names are those of resources in `scope`. The names of the stack's functions begin with `prefix`, and `kms_key_arn`
    is the key of a stack that has one.
    """
    access = list(access)
    alike: dict[str, list[_Grant]] = {}
    for grant in (*_grants(access, scope, prefix), *_key_grants(access, kms_key_arn)):
        alike.setdefault(json_text([grant.sid, grant.actions, grant.condition]), []).append(grant)
    used = Counter[str]()
    for first, *others in alike.values():
        used[first.sid] += 1
        resources = dict.fromkeys(resource for grant in (first, *others) for resource in grant.resources)
        yield {
            "Sid": first.sid if used[first.sid] == 1 else f"{first.sid}{used[first.sid]}",
            "Effect": "Allow",
            "Action": list(first.actions),
            "Resource": sorted(resources),
            **({"Condition": first.condition} if first.condition else {}),
        }


def arn_of(kind: str, name: str, scope: AwsScope, prefix: str) -> str:
    """Return the ARN of the resource that an entry of `access` names. One that is an ARN stays as it is."""
    if name.startswith("arn:"):
        return name
    match kind:
        case "bucket":
            return scope.bucket_arn(name)
        case "table":
            return scope.arn("dynamodb", f"table/{name}")
        case "queue":
            return scope.queue_arn(name)
        case "topic":
            return scope.topic_arn(name)
        case "module":
            return f"{scope.function_arn(physical_name(prefix, name))}:{ALIAS}"
    return scope.store_arn({"secret": "secretsManager", "parameter": "parameterStore"}[kind], name)


def _grants(access: Iterable[Access], scope: AwsScope, prefix: str) -> Iterator[_Grant]:
    for one in access:
        for kind, name in one.named.items():
            arn = arn_of(kind, name, scope, prefix)
            if kind == "bucket":
                yield from _on_bucket(one, arn)
            elif kind == "table":
                yield from _on_table(one, arn)
            else:
                sid, actions = _SIMPLE[kind]
                yield _Grant(sid=sid, actions=actions, resources=(arn,))


def _reads(one: Access) -> bool:
    return one.can in ("read", "readWrite")


def _writes(one: Access) -> bool:
    return one.can not in ("read", "invoke")


def _on_bucket(one: Access, bucket: str) -> Iterator[_Grant]:
    """Without s3:ListBucket, S3 answers 403 instead of 404 for an object that doesn't exist.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    objects = (f"{bucket}/{one.prefix}*",)
    if _reads(one):
        yield _Grant(sid="AccessReadObjects", actions=("s3:GetObject",), resources=objects)
        within = {"StringLike": {"s3:prefix": f"{one.prefix}*"}} if one.prefix else {}
        yield _Grant(sid="AccessListObjects", actions=("s3:ListBucket",), resources=(bucket,), condition=within)
    if _writes(one):
        yield _Grant(sid="AccessWriteObjects", actions=_WRITE_OBJECTS, resources=objects)


def _on_table(one: Access, table: str) -> Iterator[_Grant]:
    if _reads(one):
        actions = tuple(f"dynamodb:{action}" for action in _READ_TABLE)
        yield _Grant(sid="AccessReadTables", actions=actions, resources=(table, f"{table}/index/*"))
    if _writes(one):
        actions = tuple(f"dynamodb:{action}" for action in _WRITE_TABLE)
        yield _Grant(sid="AccessWriteTables", actions=actions, resources=(table,))


def _key_grants(access: Iterable[Access], kms_key_arn: str | None) -> Iterator[_Grant]:
    """The permissions to use keys, and only through the service that has the data."""
    for one in access:
        for kind in one.named:
            key = one.kms_key or (kms_key_arn if kind in _OF_STACK else None)
            if kind in _SERVICES and key is not None:
                service, use = _SERVICES[kind], _USE_KEY_OF_TABLE if kind == "table" else _USE_KEY
                yield _Grant(
                    sid=f"AccessKeyOf{service.capitalize()}",
                    actions=use["write" if _writes(one) else "read"],
                    resources=(key,),
                    condition={"StringEquals": {"kms:ViaService": AwsScope.of(key).service(service)}},
                )
