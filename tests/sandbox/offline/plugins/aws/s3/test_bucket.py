"""Buckets with objects, and the settings of a bucket, which have no recording."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.engine import Engine, Values

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
NAME = "of-the-settings"
STATEMENT = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{NAME}/*"]}
RULE = {
    "id": "old",
    "status": "Enabled",
    "filter": {"prefix": ""},
    "noncurrentVersionExpiration": {"noncurrentDays": 9},
}


def policy(**more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, **more}]})


@pytest.fixture
def bucket(cloud: Any) -> Iterator[str]:
    cloud("s3").create_bucket(Bucket=NAME)
    yield NAME
    cloud("s3").delete_bucket(Bucket=NAME)


def test_a_generated_name_is_in_lower_case(engine: Engine) -> None:
    inputs, failures = engine.check(BUCKET, {}, name="MyData")
    assert failures == []
    assert inputs["bucket"].startswith("mydata-")


def test_a_bucket_with_objects_is_deleted_only_by_force(engine: Engine, cloud: Any) -> None:
    inputs = {"bucket": "occupied", "forceDestroy": False}
    id, state = engine.create(BUCKET, inputs)
    cloud("s3").put_bucket_versioning(Bucket=id, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        cloud("s3").put_object(Bucket=id, Key="a", Body=b"a")
    cloud("s3").delete_object(Bucket=id, Key="a")
    with pytest.raises(grpc.RpcError, match=r"deleting S3 Bucket \(occupied\): .*BucketNotEmpty"):
        engine.delete(BUCKET, id, inputs, state)
    engine.delete(BUCKET, id, inputs, {**state, "forceDestroy": True})
    assert engine.read(BUCKET, id, inputs, state)[0] == ""


@pytest.mark.parametrize(
    ("token", "given", "changed"),
    [
        (PUBLIC_ACCESS, {"blockPublicAcls": True, "restrictPublicBuckets": True}, {"blockPublicAcls": False}),
        (
            VERSIONING,
            {"versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
        ),
        (
            ENCRYPTION,
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}]},
        ),
        (POLICY, {"policy": policy()}, {"policy": policy(Sid="Closed")}),
        (
            LIFECYCLE,
            {"rules": [RULE]},
            {"rules": [{**RULE, "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}]},
        ),
    ],
)
def test_a_setting_is_created_updated_and_imported(
    engine: Engine, bucket: str, token: str, given: Values, changed: Values
) -> None:
    inputs, failures = engine.check(token, {"bucket": bucket, **given})
    assert failures == []
    id, state = engine.create(token, inputs)
    assert id == bucket
    assert engine.diff(token, id, state, inputs, inputs).verdict == "none"

    wanted = {**inputs, **changed}
    assert engine.diff(token, id, state, inputs, wanted).verdict == "update"
    state = engine.update(token, id, state, inputs, wanted)
    assert engine.diff(token, id, state, wanted, wanted).verdict == "none"
    assert engine.read(token, id, wanted, state)[2] == state

    _, imported, imported_state = engine.read(token, id, {}, {})
    assert engine.diff(token, id, imported_state, imported, wanted).verdict == "none"
    assert engine.diff(token, id, state, wanted, {**wanted, "bucket": "another"}).replaces == ["bucket"]


def test_a_public_access_block_does_not_exist_after_its_deletion(engine: Engine, bucket: str) -> None:
    inputs = {"bucket": bucket, "blockPublicPolicy": True}
    id, state = engine.create(PUBLIC_ACCESS, inputs)
    engine.delete(PUBLIC_ACCESS, id, inputs, state)
    assert engine.read(PUBLIC_ACCESS, id, inputs, state)[0] == ""
    engine.delete(PUBLIC_ACCESS, id, inputs, state)


def test_deleting_a_versioning_suspends_it(engine: Engine, cloud: Any, bucket: str) -> None:
    inputs = {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}}
    id, state = engine.create(VERSIONING, inputs)
    engine.delete(VERSIONING, id, inputs, state)
    assert cloud("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"


def test_deleting_a_bucket_encryption_restores_the_default_of_s3(engine: Engine, bucket: str) -> None:
    inputs = {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]}
    id, state = engine.create(ENCRYPTION, inputs)
    engine.delete(ENCRYPTION, id, inputs, state)
    (rule,) = engine.read(ENCRYPTION, id, inputs, state)[2]["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"


def test_a_bucket_encryption_has_the_given_key(engine: Engine, bucket: str, cloud: Any) -> None:
    key = cloud("kms").create_key()["KeyMetadata"]["Arn"]
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    inputs = {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}]}
    id, state = engine.create(ENCRYPTION, inputs)
    assert engine.read(ENCRYPTION, id, inputs, state)[2] == state
    (rule,) = cloud("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}


@pytest.mark.parametrize(("token", "more"), [(POLICY, {"policy": policy()}), (LIFECYCLE, {"rules": [RULE]})])
def test_a_policy_and_a_lifecycle_do_not_exist_after_their_deletion(
    engine: Engine, bucket: str, token: str, more: Values
) -> None:
    inputs = {"bucket": bucket, **more}
    id, state = engine.create(token, inputs)
    engine.delete(token, id, inputs, state)
    assert engine.read(token, id, inputs, state)[0] == ""
    engine.delete(token, id, inputs, state)


@pytest.mark.parametrize("given", [{"policy": "{"}, {"policy": "[]"}, {"policy": ""}, {}])
def test_a_policy_that_is_not_a_json_object_is_refused_by_check(engine: Engine, given: Values) -> None:
    assert engine.check(POLICY, {"bucket": NAME, **given})[1]


@pytest.mark.parametrize(
    "wrong", [{"status": "On"}, {"id": ""}, {"noncurrentVersionExpiration": {"noncurrentDays": 0}}]
)
def test_an_invalid_rule_is_refused_by_check(engine: Engine, wrong: Values) -> None:
    assert engine.check(LIFECYCLE, {"bucket": NAME, "rules": [{**RULE, **wrong}]})[1]


def test_a_policy_with_the_same_meaning_is_not_a_difference(engine: Engine, bucket: str) -> None:
    inputs = {"bucket": bucket, "policy": policy()}
    id, state = engine.create(POLICY, inputs)
    formatted = json.dumps(json.loads(policy()), indent=2).replace('"s3:*"', '["s3:*"]')
    assert engine.diff(POLICY, id, state, inputs, {**inputs, "policy": formatted}).verdict == "none"
