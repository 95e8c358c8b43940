"""The S3 bucket for Pulumi's state."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from bootstrap.policies import filled_in
from components.private_bucket import close_bucket


class StateBucket(pulumi.ComponentResource):
    """A versioned, encrypted, private bucket, which refuses requests without TLS. Old versions expire after a year.

    Pulumi refuses to delete it.
    """

    name: pulumi.Output[str]

    def __init__(
        self, name: str, values: pulumi.Input[Mapping[str, str]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """`values` are those of the placeholders in the policies; `BUCKET` is the bucket's name."""
        super().__init__("lambda-images-bootstrap:index:StateBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        known = pulumi.Output.from_input(values)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=known.apply(lambda values: values["BUCKET"]),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        close_bucket(name, bucket, known.apply(lambda values: filled_in("state", values)), child)
        # S3 encrypts with a key of its own, so the roles need no permission for it. Secrets in the state are encrypted
        # with the environment's key as well.
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
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
            rules=[
                {
                    "id": "earlier",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": 365},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
        )

        self.name = bucket.bucket
        self.register_outputs({"name": self.name})
