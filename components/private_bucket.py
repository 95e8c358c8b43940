"""Closes an S3 bucket to the public, and to requests that its policy denies."""

import pulumi
import pulumi_aws as aws


def close_bucket(name: str, bucket: "aws.s3.Bucket", policy: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    """Create `NAME-private` and `NAME-tls`. The policy, as JSON, should deny requests without TLS.

    `bucket`'s type is in quotation marks because the SDK needs 0.1 s to load what it has for S3.
    """
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    # S3 refuses a policy while another request changes the bucket's public access: OperationAborted.
    aws.s3.BucketPolicy(
        f"{name}-tls",
        bucket=bucket.bucket,
        policy=policy,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[private])),
    )
