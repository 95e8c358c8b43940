"""An S3 bucket whose new objects the alias is told of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.arn import account_of, bucket_arn
from components.protection import holding_data
from components.settings.triggers import Bucket


@dataclass(frozen=True, kw_only=True)
class BucketTriggerArgs:
    alias: aws.lambda_.Alias
    bucket_name: pulumi.Input[str]
    """Of the bucket to make, if the settings name none that exists."""
    settings: Bucket
    force_delete: bool = False
    """Delete the bucket with its objects, for stacks that can be lost."""
    protection: bool = False
    """Leave the bucket where it is when it leaves the program, even with `force_delete`.

    Without either, it stays as well: S3 refuses to delete a bucket that has objects, after everything else of the
    module is gone.
    """
    tags: Mapping[str, str] = field(default_factory=dict)


class BucketTrigger(pulumi.ComponentResource):
    """Tells the alias of each object that is created in a bucket: one of its own, or one of others.

    A bucket's notifications are one thing: those that a bucket of others had before are replaced.
    """

    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: BucketTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:BucketTrigger", name, None, opts)
        alias, existing = args.alias, args.settings.existing
        self.bucket_name = pulumi.Output.from_input(existing) if existing else self._own_bucket(name, args)

        permission = aws.lambda_.Permission(
            f"{name}-permission",
            statement_id=f"{name}-bucket",
            action="lambda:InvokeFunction",
            function=alias.function_name,
            qualifier=alias.name,
            principal="s3.amazonaws.com",
            source_arn=pulumi.Output.all(alias.arn, self.bucket_name).apply(lambda known: bucket_arn(*known)),
            source_account=alias.arn.apply(account_of),
            opts=pulumi.ResourceOptions(parent=self),
        )
        # S3 refuses to notify a function that it may not invoke.
        aws.s3.BucketNotification(
            f"{name}-notification",
            bucket=self.bucket_name,
            lambda_functions=[
                {
                    "lambda_function_arn": alias.arn,
                    "events": ["s3:ObjectCreated:*"],
                    "filter_prefix": args.settings.prefix or None,
                    "filter_suffix": args.settings.suffix or None,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.register_outputs({"bucketName": self.bucket_name})

    def _own_bucket(self, name: str, args: BucketTriggerArgs) -> pulumi.Output[str]:
        """Closed to the public; with versions, so that what the function was told of is still there when it looks.

        S3 encrypts every object with a key of its own: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
        """
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            force_destroy=args.force_delete,
            tags=args.tags,
            opts=holding_data(self, args.protection or not args.force_delete),
        )
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketVersioning(
            f"{name}-versions",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        return bucket.bucket
