"""aws:s3/bucket:Bucket"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import S3Client
from sandbox.offline.plugins.aws.failures import code_of
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, conflicts_with, length
from sandbox.offline.plugins.values import Values

_FIRST_REGION = "us-east-1"


class Bucket(AwsResource[S3Client]):
    """Its id is its name. Properties that have their own resource type (encryption, versioning, ...) are refused."""

    token = "aws:s3/bucket:Bucket"
    label = "S3 Bucket"
    service = "s3"
    not_found_codes = ("404", "NoSuchBucket")
    tagging = Tagging("Bucket", by="id")
    generated_name = ("bucket", 63)
    title_property = "bucket"
    cross_property_rules = (conflicts_with("bucket", "bucketPrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "bucket": Property(computed=True, replaces=True, valid=length(0, 63)),
        "bucketDomainName": Property(computed=True),
        "bucketPrefix": Property(computed=True, replaces=True, valid=length(0, 37)),
        "bucketRegion": Property(computed=True),
        "bucketRegionalDomainName": Property(computed=True),
        "forceDestroy": Property(default=False),
    }

    def format_generated_name(self, generated: str, inputs: Values) -> str:
        return generated.lower()

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("bucket") or naming.from_prefix(planned["bucketPrefix"])
        s3, region = self.client(call, planned), planned["region"]
        if self._exists(s3, name):  # in us-east-1, creating an existing bucket of one's own succeeds
            raise Refused(f"creating S3 Bucket ({name}): BucketAlreadyExists")
        where: Any = {} if region == _FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        return str(name)

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        self._tag(self.client(call, planned), id, planned)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        s3 = self.client(call, state)
        s3.head_bucket(Bucket=id)
        location: str | None = s3.get_bucket_location(Bucket=id).get("LocationConstraint")
        region = location or _FIRST_REGION
        return {
            "arn": f"arn:aws:s3:::{id}",
            "bucket": id,
            "bucketDomainName": f"{id}.s3.amazonaws.com",
            "bucketPrefix": naming.prefix_of(id),
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{id}.s3.{region}.amazonaws.com",
            "tags": self._tags(s3, id),
        }

    def update_tags(
        self, call: AwsCall, identifier: str, planned: Values, changed: dict[str, str], removed: list[str]
    ) -> None:
        """S3 replaces all tags at once."""
        self._tag(self.client(call, planned), identifier, planned)

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Only its tags can change, which `update_tags` does."""

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS refuses to delete a bucket with objects (BucketNotEmpty), unless forceDestroy is set."""
        s3 = self.client(call, state)
        if state.get("forceDestroy"):
            _empty(s3, id)
        s3.delete_bucket(Bucket=id)

    def _exists(self, s3: S3Client, name: str) -> bool:
        try:
            s3.head_bucket(Bucket=name)
        except s3.exceptions.ClientError as error:
            if code_of(error) in self.not_found_codes:
                return False
            raise
        return True

    def _tag(self, s3: S3Client, name: str, planned: Values) -> None:
        tags: Any = self.new_tags(planned)
        if tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        else:
            s3.delete_bucket_tagging(Bucket=name)

    def _tags(self, s3: S3Client, name: str) -> dict[str, str]:
        try:
            return tag_map(s3.get_bucket_tagging(Bucket=name)["TagSet"])
        except s3.exceptions.ClientError as error:
            if code_of(error) == "NoSuchTagSet":
                return {}
            raise


def _empty(s3: S3Client, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found: Any = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            objects: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
