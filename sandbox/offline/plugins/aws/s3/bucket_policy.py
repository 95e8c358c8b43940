"""aws:s3/bucketPolicy:BucketPolicy

It follows the source of the Terraform provider, because there is no recording.
"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import S3Client
from sandbox.offline.plugins.aws.documents import compact, policy_object, same_policy
from sandbox.offline.plugins.aws.s3.bucket_settings import BucketSetting
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class BucketPolicy(BucketSetting):
    token = "aws:s3/bucketPolicy:BucketPolicy"
    label = "S3 Bucket Policy"
    not_found_codes = ("NoSuchBucket", "NoSuchBucketPolicy")
    properties: ClassVar = {
        "bucket": Property(required=True, replaces=True),
        "policy": Property(required=True, json=True, valid=policy_object, normalise=compact, same=same_policy),
    }

    def put(self, s3: S3Client, bucket: str, planned: Values) -> None:
        s3.put_bucket_policy(Bucket=bucket, Policy=planned["policy"])

    def get(self, s3: S3Client, bucket: str) -> Values:
        return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}

    def reset(self, s3: S3Client, bucket: str, state: Values) -> None:
        s3.delete_bucket_policy(Bucket=bucket)
