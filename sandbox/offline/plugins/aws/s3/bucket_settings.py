"""The types that configure one aspect of an existing bucket: public access, encryption, versioning.

They follow the documentation of the Terraform provider and the SDK's classes, because there are no recordings.
"""

from abc import abstractmethod
from typing import Any, ClassVar

from sandbox.offline.plugins.aws.casing import from_aws, to_aws
from sandbox.offline.plugins.aws.clients import S3Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, one_of
from sandbox.offline.plugins.values import Values

_BUCKET = Property(required=True, replaces=True)
_ACCESS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_NAMES = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID", "mfaDelete": "MFADelete"}


class BucketSetting(AwsResource[S3Client]):
    """A setting of a bucket. Its id is the bucket's name."""

    service = "s3"
    not_found_codes: ClassVar[tuple[str, ...]] = ("NoSuchBucket",)
    title_property = "bucket"

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self.put(self.client(call, planned), planned["bucket"], planned)
        return str(planned["bucket"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        return {"bucket": id, **self.get(self.client(call, state), id)}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self.put(self.client(call, planned), id, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.reset(self.client(call, state), id, state)

    @abstractmethod
    def put(self, s3: S3Client, bucket: str, planned: Values) -> None: ...

    @abstractmethod
    def get(self, s3: S3Client, bucket: str) -> Values: ...

    @abstractmethod
    def reset(self, s3: S3Client, bucket: str, state: Values) -> None: ...


class BucketPublicAccessBlock(BucketSetting):
    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    label = "S3 Bucket Public Access Block"
    not_found_codes = ("NoSuchBucket", "NoSuchPublicAccessBlockConfiguration")
    properties: ClassVar = {
        "bucket": _BUCKET,
        **{name: Property(default=False) for name in (*_ACCESS, "skipDestroy")},
    }

    def put(self, s3: S3Client, bucket: str, planned: Values) -> None:
        configuration: Any = to_aws(self.outputs_shape, {name: planned[name] for name in _ACCESS}, {})
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=configuration)

    def get(self, s3: S3Client, bucket: str) -> Values:
        found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        reported = from_aws(self.outputs_shape, found, {})
        return {name: reported[name] for name in _ACCESS}

    def reset(self, s3: S3Client, bucket: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            s3.delete_public_access_block(Bucket=bucket)


class BucketServerSideEncryptionConfiguration(BucketSetting):
    """Every bucket is encrypted: deleting this resource restores S3's default encryption."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    label = "S3 Bucket Server-side Encryption Configuration"
    not_found_codes = ("NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError")
    properties: ClassVar = {
        "bucket": _BUCKET,
        "rules": Property(
            required=True,
            max_items=1,
            nested={
                "applyServerSideEncryptionByDefault": Property(
                    nested={
                        "sseAlgorithm": Property(
                            required=True, valid=one_of("AES256", "aws:fsx", "aws:kms", "aws:kms:dsse")
                        )
                    }
                ),
                "blockedEncryptionTypes": Property(output_only=True),
            },
        ),
    }

    def put(self, s3: S3Client, bucket: str, planned: Values) -> None:
        rules: Any = to_aws(self.outputs_shape.properties["rules"], planned["rules"], _NAMES)
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})

    def get(self, s3: S3Client, bucket: str) -> Values:
        found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        rules = from_aws(self.outputs_shape.properties["rules"], found, _NAMES)
        return {"rules": [{name: rule[name] for name in rule if name != "blockedEncryptionTypes"} for rule in rules]}

    def reset(self, s3: S3Client, bucket: str, state: Values) -> None:
        s3.delete_bucket_encryption(Bucket=bucket)


class BucketVersioning(BucketSetting):
    """AWS can't turn versioning off again, so deleting this resource suspends it."""

    token = "aws:s3/bucketVersioning:BucketVersioning"
    label = "S3 Bucket Versioning"
    properties: ClassVar = {
        "bucket": _BUCKET,
        "versioningConfiguration": Property(
            required=True,
            nested={
                "mfaDelete": Property(computed=True, output_only=True),
                "status": Property(required=True, valid=one_of("Enabled", "Suspended", "Disabled")),
            },
        ),
    }

    def put(self, s3: S3Client, bucket: str, planned: Values) -> None:
        status = planned["versioningConfiguration"]["status"]
        if status != "Disabled":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def get(self, s3: S3Client, bucket: str) -> Values:
        found = s3.get_bucket_versioning(Bucket=bucket)
        reported = {"status": found.get("Status", "Disabled"), "mfaDelete": found.get("MFADelete", "")}
        return {"versioningConfiguration": reported}

    def reset(self, s3: S3Client, bucket: str, state: Values) -> None:
        if state["versioningConfiguration"]["status"] == "Enabled":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
