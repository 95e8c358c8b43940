"""The customer-managed KMS key of a stack that doesn't use AWS's own keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.json_text import json_text
from components.naming import access_log_group_name, log_group_name
from components.policy import policy
from components.protection import protected_options
from components.settings import StackSettings

_MANAGE = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
]
_USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
_SERVICES = ("ecr", "lambda", "s3", "secretsmanager", "sns", "sqs", "ssm")
"""The services that store images, environment variables, objects, secrets and messages."""
_SENDERS = {
    "sqs": ("aws:sqs:arn", ("events", "s3", "sns")),
    "sns": ("aws:sns:topicArn", ("cloudwatch", "events", "s3")),
}
"""For each service: the key of its encryption context, and the services that send to its queues or topics.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    prefix: str
    """The prefix of the names of the stack's functions, which is also the name of the key's alias."""
    encrypts_access_logs: bool = False
    """Whether CloudWatch Logs may use the key for the access logs of the stack's HTTP API, too."""
    protection: bool = False
    """Refuse to delete the key, and keep it in AWS when it is removed from the program."""
    tags: Mapping[str, str] = field(default_factory=dict)


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that is rotated every year, and deleted no sooner than 30 days after its deletion is requested."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:EncryptionKey", name, None, opts)

        options = pulumi.InvokeOutputOptions(parent=self)
        location = pulumi.Output.all(
            partition=aws.get_partition_output(opts=options).partition,
            region=aws.get_region_output(opts=options).region,
            account=aws.get_caller_identity_output(opts=options).account_id,
        )
        key = aws.kms.Key(
            f"{name}-key",
            description=f"All data of {args.prefix}",
            deletion_window_in_days=30,
            enable_key_rotation=True,
            policy=location.apply(
                lambda known: json_text(key_policy(args.prefix, AwsScope(**known), args.encrypts_access_logs))
            ),
            tags=args.tags,
            opts=protected_options(self, args.protection, keep=True),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.prefix}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


def key_of(settings: StackSettings, has_http_api: bool = False) -> pulumi.Output[str] | None:
    """Create the stack's key if its settings ask for one. Returns the key's ARN, or None with AWS's own keys."""
    if settings.encryption == "aws":
        return None
    args = EncryptionKeyArgs(
        prefix=settings.name_prefix,
        encrypts_access_logs=has_http_api and settings.http_api.access_logs,
        protection=settings.protection,
        tags=settings.tags,
    )
    return EncryptionKey("encryption", args).arn


def key_policy(prefix: str, scope: AwsScope, encrypts_access_logs: bool = False) -> Mapping[str, Any]:
    """The key policy. CloudWatch Logs may use the key for the stack's log groups, and services that send to its queues
    and topics may use it for those. Principals that IAM allows may use it through the services that store the data.
    Nobody may use it directly.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    iam_principals = {"AWS": f"arn:{scope.partition}:iam::{scope.account}:root"}
    of_functions = scope.log_group_arn(f"{log_group_name(prefix)}-*")
    of_api = scope.log_group_arn(access_log_group_name(prefix))
    log_groups = [of_functions, of_api] if encrypts_access_logs else of_functions
    statements = [
        {"Sid": "Manage", "Principal": iam_principals, "Action": _MANAGE},
        {
            "Sid": "UseThroughServices",
            "Principal": iam_principals,
            "Action": [*_USE, "kms:CreateGrant", "kms:RetireGrant"],
            "Condition": {"StringEquals": {"kms:ViaService": [scope.service(service) for service in _SERVICES]}},
        },
        {
            "Sid": "EncryptLogs",
            "Principal": {"Service": scope.service("logs")},
            "Action": _USE,
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        },
        *(
            {
                "Sid": f"SendTo{service.upper()}",
                "Principal": {"Service": [f"{sender}.amazonaws.com" for sender in senders]},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Condition": {"ArnLike": {f"kms:EncryptionContext:{context}": scope.arn(service, f"{prefix}-*")}},
            }
            for service, (context, senders) in _SENDERS.items()
        ),
    ]
    return policy({"Effect": "Allow", "Resource": "*", **each} for each in statements)
