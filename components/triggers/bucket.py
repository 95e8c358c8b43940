"""An S3 bucket whose objects invoke the alias when they are created or changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.json_text import json_text
from components.naming import bucket_name
from components.policy import policy
from components.private_bucket import close_bucket
from components.protection import stateful_options
from components.settings.triggers import Bucket
from components.triggers.target import Outputs, Target, permission_options


@dataclass(frozen=True, kw_only=True)
class BucketTriggerArgs:
    alias: aws.lambda_.Alias
    bucket_name: pulumi.Input[str]
    """Of the bucket to make, if the settings name none that exists."""
    settings: Bucket
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key to encrypt objects with; S3's own if None."""
    force_delete: bool = False
    """Delete the bucket with its objects, for stacks that can be lost."""
    protection: bool = False
    """Leave the bucket where it is when it leaves the program, even with `force_delete`.

    Without either, it stays as well: S3 refuses to delete a bucket that has objects, after everything else of the
    module is gone.
    """
    tags: Mapping[str, str] = field(default_factory=dict)


class BucketTrigger(pulumi.ComponentResource):
    """Tells the alias of events of a bucket's objects: of one of its own, or of one of others.

    A bucket's notifications are one thing: those that a bucket of others had before are replaced.
    """

    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: BucketTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:BucketTrigger", name, None, opts)
        alias, existing = args.alias, args.settings.existing
        scope = alias.arn.apply(AwsScope.of)
        self.bucket_name = pulumi.Output.from_input(existing) if existing else self._own_bucket(name, args)

        permission = aws.lambda_.Permission(
            f"{name}-permission",
            statement_id=f"{name}-bucket",
            action="lambda:InvokeFunction",
            function=alias.function_name,
            qualifier=alias.name,
            principal="s3.amazonaws.com",
            source_arn=pulumi.Output.all(scope, self.bucket_name).apply(lambda known: known[0].bucket_arn(known[1])),
            source_account=scope.apply(lambda scope: scope.account),
            opts=permission_options(self),
        )
        # S3 refuses to notify a function that it may not invoke.
        aws.s3.BucketNotification(
            f"{name}-notification",
            bucket=self.bucket_name,
            lambda_functions=[
                {
                    "lambda_function_arn": alias.arn,
                    "events": args.settings.events,
                    "filter_prefix": args.settings.prefix or None,
                    "filter_suffix": args.settings.suffix or None,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.register_outputs({"bucketName": self.bucket_name})

    def _own_bucket(self, name: str, args: BucketTriggerArgs) -> pulumi.Output[str]:
        """Closed to the public and to requests without TLS; with versions, so that what the function was told of is
        still there when it looks.

        Without a key S3 encrypts every object with one of its own: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
        What guards a bucket stays with one that is kept.
        """
        child = stateful_options(self, args.protection or not args.force_delete)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            force_destroy=args.force_delete,
            tags=args.tags,
            opts=child,
        )
        close_bucket(name, bucket, bucket.arn.apply(lambda arn: json_text(tls_policy(arn))), child)
        if args.kms_key_arn is not None:
            aws.s3.BucketServerSideEncryptionConfiguration(
                f"{name}-encryption",
                bucket=bucket.bucket,
                rules=[encryption(args.kms_key_arn)],
                opts=child,
            )
        versions = aws.s3.BucketVersioning(
            f"{name}-versions",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[expiry(args.settings.keep_versions)],
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[versions])),
        )
        return bucket.bucket


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's buckets: `bucketNames` by name."""
    module, names = target.module, {}
    buckets = module.settings.triggers.buckets
    if not buckets:
        return {}
    # The account is not taken from the alias: so a preview knows a bucket's name before there is an alias.
    account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=opts.parent)).account_id
    for name, settings in buckets.items():
        args = BucketTriggerArgs(
            alias=target.alias,
            bucket_name=pulumi.Output.all(module.physical_name, name, account).apply(lambda known: bucket_name(*known)),
            settings=settings,
            kms_key_arn=target.kms_key_arn if target.has_kms_key else None,
            force_delete=target.settings.force_delete,
            protection=target.settings.protection,
            tags=module.settings.tags,
        )
        names[name] = BucketTrigger(f"{module.name}-{name}", args, opts).bucket_name
    return {"bucketNames": names}


def tls_policy(bucket_arn: str) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5"""
    statement = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return policy([statement])


def expiry(days: int) -> Any:
    """A rule of a lifecycle: what was replaced or deleted goes after so many days, or never if 0; parts of uploads that
    nobody completed go after a week."""
    rule = {
        "id": "expire",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    return {**rule, "noncurrent_version_expiration": {"noncurrent_days": days}} if days else rule


def encryption(kms_key_arn: pulumi.Input[str | None]) -> Any:
    """With a key that S3 derives from the given one for the bucket, so that it asks KMS seldom.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    default = {"sse_algorithm": "aws:kms", "kms_master_key_id": kms_key_arn}
    return {"apply_server_side_encryption_by_default": default, "bucket_key_enabled": True}
