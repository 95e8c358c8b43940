import json
from typing import Any

from components.settings.triggers import Bucket
from components.triggers.bucket import BucketTrigger, BucketTriggerArgs
from tests.components.mocks import ACCOUNT, Recording
from tests.components.triggers.callee import ALIAS_ARN, FUNCTION, connected, waits

OWN = f"dev-thumbnail-uploads-{ACCOUNT}"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
BUCKET = "aws:s3/bucket:Bucket"
PERMISSION = "aws:lambda/permission:Permission"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"


def trigger(args: dict[str, Any] | None = None, **settings: Any) -> tuple[Any, Recording]:
    given: dict[str, Any] = {"bucket_name": OWN, "settings": Bucket(**settings), "tags": {"team": "pictures"}}
    given |= args or {}
    return connected(
        lambda alias: BucketTrigger("thumbnail-uploads", BucketTriggerArgs(alias=alias, **given)).bucket_name
    )


def test_the_alias_is_notified_of_every_object_that_is_created() -> None:
    name, recording = trigger()
    assert name == OWN
    inputs = recording.one(NOTIFICATION).inputs
    assert inputs["bucket"] == OWN
    assert inputs["lambdaFunctions"] == [{"lambdaFunctionArn": ALIAS_ARN, "events": ["s3:ObjectCreated:*"]}]


def test_only_keys_with_the_given_prefix_and_suffix_cause_a_notification() -> None:
    (rule,) = trigger(prefix="in/", suffix=".png")[1].one(NOTIFICATION).inputs["lambdaFunctions"]
    assert (rule["filterPrefix"], rule["filterSuffix"]) == ("in/", ".png")


def test_other_events_cause_a_notification_if_the_settings_say_so() -> None:
    events = ["s3:ObjectRemoved:*", "s3:ObjectRestore:Completed"]
    (rule,) = trigger(events=events)[1].one(NOTIFICATION).inputs["lambdaFunctions"]
    assert rule["events"] == events


def test_s3_may_invoke_the_alias_for_this_bucket_of_this_account_alone() -> None:
    for existing, bucket in ((None, OWN), ("inbox", "inbox")):
        inputs = trigger(existing=existing)[1].one(PERMISSION).inputs
        assert (inputs["function"], inputs["qualifier"]) == (FUNCTION, "live")
        assert (inputs["principal"], inputs["action"]) == ("s3.amazonaws.com", "lambda:InvokeFunction")
        assert (inputs["sourceArn"], inputs["sourceAccount"]) == (f"arn:aws:s3:::{bucket}", ACCOUNT)


def test_the_bucket_notifies_once_it_may() -> None:
    assert waits(trigger()[1], NOTIFICATION, PERMISSION)


def test_a_bucket_of_its_own_is_closed_to_the_public_keeps_versions_and_is_tagged() -> None:
    _, recording = trigger()
    closed = recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert closed == {
        "bucket": OWN,
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    versions = recording.one("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert (versions["bucket"], versions["versioningConfiguration"]) == (OWN, {"status": "Enabled"})
    assert recording.one(BUCKET).inputs["tags"] == {"team": "pictures"}


def test_a_bucket_of_its_own_refuses_requests_without_tls_once_it_is_closed_to_the_public() -> None:
    _, recording = trigger()
    (statement,) = json.loads(recording.one(POLICY).inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == [f"arn:aws:s3:::{OWN}", f"arn:aws:s3:::{OWN}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert waits(recording, POLICY, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")


def test_earlier_versions_and_parts_of_uploads_expire() -> None:
    _, recording = trigger(keep_versions=30)
    (rule,) = recording.one(LIFECYCLE).inputs["rules"]
    assert rule["status"] == "Enabled" and rule["filter"] == {"prefix": ""}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert waits(recording, LIFECYCLE, "aws:s3/bucketVersioning:BucketVersioning")


def test_earlier_versions_are_kept_for_ever_where_the_settings_say_so() -> None:
    """The lifecycle stays, because one that left the program would go on in a bucket that is kept."""
    (rule,) = trigger(keep_versions=0)[1].one(LIFECYCLE).inputs["rules"]
    assert "noncurrentVersionExpiration" not in rule


def test_objects_are_encrypted_with_the_key_that_is_given() -> None:
    assert ENCRYPTION not in trigger()[1].types
    (rule,) = trigger({"kms_key_arn": "arn:of-a-key"})[1].one(ENCRYPTION).inputs["rules"]
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:of-a-key"}
    assert rule == {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}


def test_what_guards_a_bucket_stays_with_one_that_is_kept() -> None:
    for kept in (True, False):
        _, recording = trigger({"force_delete": not kept, "kms_key_arn": "arn:of-a-key"})
        guards = [one for one in recording.types if one.startswith("aws:s3/") and one not in (BUCKET, NOTIFICATION)]
        assert len(guards) == 5
        assert all(recording.request(guard).retainOnDelete is kept for guard in guards)


def test_objects_are_deleted_with_their_bucket_only_in_a_stack_that_can_be_lost() -> None:
    assert trigger()[1].one(BUCKET).inputs["forceDestroy"] is False
    assert trigger({"force_delete": True})[1].one(BUCKET).inputs["forceDestroy"] is True


def test_the_bucket_is_kept_when_it_leaves_the_program_unless_the_stack_can_be_lost() -> None:
    for protection, force_delete in ((True, True), (True, False), (False, False)):
        assert trigger({"protection": protection, "force_delete": force_delete})[1].request(BUCKET).retainOnDelete
    assert not trigger({"force_delete": True})[1].request(BUCKET).retainOnDelete


def test_nothing_of_a_bucket_of_others_is_changed_but_whom_it_notifies() -> None:
    name, recording = trigger(existing="inbox")
    assert name == "inbox"
    assert recording.types == ["aws:lambda/alias:Alias", PERMISSION, NOTIFICATION]
    assert recording.one(NOTIFICATION).inputs["bucket"] == "inbox"
