"""aws:s3/bucketPolicy:BucketPolicy

Made from the source of the Terraform provider: there is no recording of it.
"""

from typing import TYPE_CHECKING, ClassVar

from sandbox.plugins.aws.documents import compact, policy_object, same_policy
from sandbox.plugins.aws.resource import AwsCall, AwsResource
from sandbox.plugins.rules import Property
from sandbox.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class BucketPolicy(AwsResource):
    """Its id is the bucket's name."""

    token = "aws:s3/bucketPolicy:BucketPolicy"
    label = "S3 Bucket Policy"
    gone = ("NoSuchBucket", "NoSuchBucketPolicy")
    tagged = False
    properties: ClassVar = {
        "bucket": Property(required=True, replaces=True),
        "policy": Property(required=True, json=True, valid=policy_object, normalise=compact, same=same_policy),
    }

    def title(self, values: Values, name: str) -> str:
        return str(values.get("bucket", name))

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["bucket"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        return {"bucket": id, "policy": self._s3(call, state).get_bucket_policy(Bucket=id)["Policy"]}

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._s3(call, state).delete_bucket_policy(Bucket=id)

    def _put(self, call: AwsCall, planned: Values) -> None:
        self._s3(call, planned).put_bucket_policy(Bucket=planned["bucket"], Policy=planned["policy"])

    def _s3(self, call: AwsCall, values: Values) -> "S3Client":
        client: S3Client = self.client("s3", call, values)
        return client
