"""aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration

It follows the source of the Terraform provider, because there is no recording. Rules can expire earlier versions and
abort incomplete uploads, which is what the program uses; other actions and filters are refused.
"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import S3Client
from sandbox.offline.plugins.aws.s3.bucket_settings import BucketSetting
from sandbox.offline.plugins.rules import Property, at_least, length, one_of
from sandbox.offline.plugins.values import Values

_SIZE = "transitionDefaultMinimumObjectSize"
_SIZES = ("all_storage_classes_128K", "varies_by_storage_class")
_UNSUPPORTED = Property(output_only=True)


class BucketLifecycleConfiguration(BucketSetting):
    """The official provider checks for a minute that S3 has applied it; the emulator doesn't need that."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    label = "S3 Bucket Lifecycle Configuration"
    not_found_codes = ("NoSuchBucket", "NoSuchLifecycleConfiguration")
    uses_plugin_framework = True
    properties: ClassVar = {
        "bucket": Property(required=True, replaces=True, valid=length(1, 63)),
        "rules": Property(
            required=True,
            nested={
                "id": Property(required=True, valid=length(1, 255)),
                "status": Property(required=True, valid=one_of("Disabled", "Enabled")),
                "filter": Property(
                    nested=dict.fromkeys(("and", "objectSizeGreaterThan", "objectSizeLessThan", "tag"), _UNSUPPORTED)
                ),
                "noncurrentVersionExpiration": Property(
                    nested={
                        "newerNoncurrentVersions": Property(valid=at_least(1)),
                        "noncurrentDays": Property(required=True, valid=at_least(1)),
                    }
                ),
                **dict.fromkeys(("expiration", "noncurrentVersionTransitions", "prefix", "transitions"), _UNSUPPORTED),
            },
        ),
        _SIZE: Property(computed=True, valid=one_of(*_SIZES)),
    }

    def put(self, s3: S3Client, bucket: str, planned: Values) -> None:
        rules: Any = {"Rules": [_to_api(rule) for rule in planned["rules"]]}
        size: Any = {_SIZE[0].upper() + _SIZE[1:]: planned[_SIZE]} if planned.get(_SIZE) else {}
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules, **size)

    def get(self, s3: S3Client, bucket: str) -> Values:
        found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        rules = [_from_api(rule) for rule in found["Rules"]]
        return {"rules": rules, _SIZE: found.get("TransitionDefaultMinimumObjectSize", _SIZES[0])}

    def reset(self, s3: S3Client, bucket: str, state: Values) -> None:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _to_api(rule: Values) -> Any:
    expiration, uploads = rule.get("noncurrentVersionExpiration"), rule.get("abortIncompleteMultipartUpload")
    request: dict[str, Any] = {"ID": rule["id"], "Status": rule["status"], "Filter": {}}
    if "filter" in rule:
        request["Filter"] = {"Prefix": rule["filter"].get("prefix", "")}
    if expiration:
        newer = expiration.get("newerNoncurrentVersions")
        request["NoncurrentVersionExpiration"] = {
            "NoncurrentDays": expiration["noncurrentDays"],
            **({"NewerNoncurrentVersions": newer} if newer else {}),
        }
    if uploads:
        request["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": uploads["daysAfterInitiation"]}
    return request


def _from_api(rule: Any) -> Values:
    expiration, uploads = rule.get("NoncurrentVersionExpiration"), rule.get("AbortIncompleteMultipartUpload")
    reported: Values = {"id": rule.get("ID", ""), "status": rule["Status"]}
    if "Filter" in rule:
        reported["filter"] = {"prefix": rule["Filter"].get("Prefix", "")}
    if expiration:
        reported["noncurrentVersionExpiration"] = {
            "noncurrentDays": expiration["NoncurrentDays"],
            "newerNoncurrentVersions": expiration.get("NewerNoncurrentVersions", 0),
        }
    if uploads:
        reported["abortIncompleteMultipartUpload"] = {"daysAfterInitiation": uploads["DaysAfterInitiation"]}
    return reported
