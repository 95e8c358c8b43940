"""The team's own resources: a table and a bucket, which modules refer to as `${resources.table...}` and the like."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.own_resources import ResourceContext


def create(stack: ResourceContext) -> Mapping[str, pulumi.Resource]:
    keep = pulumi.ResourceOptions(retain_on_delete=stack.protection)
    table = aws.dynamodb.Table(
        "archive-table",
        name=f"{stack.prefix}-archive",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        tags=stack.tags,
        opts=keep,
    )
    bucket = aws.s3.Bucket(
        "archive-bucket",
        bucket_prefix=f"{stack.prefix}-archive-",
        force_destroy=stack.force_delete,
        tags=stack.tags,
        opts=keep,
    )
    aws.s3.BucketPublicAccessBlock(
        "archive-private",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    return {"table": table, "bucket": bucket}
