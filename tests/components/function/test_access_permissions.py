"""What the setting `access` expands to."""

import itertools
from typing import Any

import pytest

from components.arn import AwsScope
from components.function.access_permissions import access_statements
from components.function.configuration import description
from components.function.permissions import function_statements
from components.policy import Statement
from components.settings import ModuleSettings
from components.settings.access import KINDS, Access
from components.settings.actions import is_nearly_all, powerful
from components.settings.module import Statement as Setting

HERE = "eu-central-1:123456789012"
SCOPE = AwsScope("aws", *HERE.split(":"))
KEY = f"arn:aws:kms:{HERE}:key/1-2"
NAMES = {
    "bucket": "acme-uploads",
    "table": "acme-orders",
    "queue": "acme-jobs",
    "topic": "acme-news",
    "secret": "acme/stripe",
    "parameter": "/acme/stripe",
    "module": "thumbnail",
}
ALL = [Access.model_validate({kind: NAMES[kind], "can": can}) for kind, ways in KINDS.items() for can in ways]


def statements(*access: Access, key: str | None = None) -> dict[str, dict[str, Any]]:
    found = [dict(each) for each in access_statements(access, SCOPE, "acme-dev", key)]
    by_sid = {each.pop("Sid"): each for each in found}
    assert len(by_sid) == len(found)
    assert all(each.pop("Effect") == "Allow" for each in found)
    return by_sid


def test_objects_are_read_and_listed_within_the_prefix_alone() -> None:
    assert statements(Access(bucket="acme-uploads", prefix="in/", can="read")) == {
        "AccessReadObjects": {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::acme-uploads/in/*"]},
        "AccessListObjects": {
            "Action": ["s3:ListBucket"],
            "Resource": ["arn:aws:s3:::acme-uploads"],
            "Condition": {"StringLike": {"s3:prefix": "in/*"}},
        },
    }


def test_whoever_writes_objects_can_neither_read_nor_list_them() -> None:
    assert statements(Access(bucket="acme-uploads", can="write")) == {
        "AccessWriteObjects": {
            "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::acme-uploads/*"],
        }
    }


def test_a_table_is_read_through_its_indexes_too_and_written_in_place() -> None:
    table = f"arn:aws:dynamodb:{HERE}:table/acme-orders"
    found = statements(Access(table="acme-orders", can="readWrite"))
    assert found["AccessReadTables"]["Resource"] == [table, f"{table}/index/*"]
    assert "dynamodb:Query" in found["AccessReadTables"]["Action"]
    assert found["AccessWriteTables"]["Resource"] == [table]
    assert not {"dynamodb:GetItem", "dynamodb:DeleteTable"} & {*found["AccessWriteTables"]["Action"]}
    assert statements(Access(table="acme-orders", can="read")).keys() == {"AccessReadTables"}


@pytest.mark.parametrize(
    ("access", "actions", "resource"),
    [
        (
            Access(queue="acme-jobs", can="send"),
            ["sqs:GetQueueUrl", "sqs:SendMessage"],
            f"arn:aws:sqs:{HERE}:acme-jobs",
        ),
        (Access(topic="acme-news", can="publish"), ["sns:Publish"], f"arn:aws:sns:{HERE}:acme-news"),
        (
            Access(secret="acme/stripe", can="read"),
            ["secretsmanager:GetSecretValue"],
            f"arn:aws:secretsmanager:{HERE}:secret:acme/stripe-??????",
        ),
        (
            Access(parameter="/acme/stripe", can="read"),
            ["ssm:GetParameter", "ssm:GetParameters"],
            f"arn:aws:ssm:{HERE}:parameter/acme/stripe",
        ),
        (
            Access(module="thumbnail", can="invoke"),
            ["lambda:InvokeFunction"],
            f"arn:aws:lambda:{HERE}:function:acme-dev-thumbnail:live",
        ),
    ],
)
def test_a_name_becomes_the_arn_of_a_resource_in_the_functions_account(
    access: Access, actions: list[str], resource: str
) -> None:
    (statement,) = statements(access).values()
    assert statement == {"Action": actions, "Resource": [resource]}


def test_an_arn_stays_as_it_is_and_the_same_actions_are_one_statement() -> None:
    theirs = "arn:aws:sqs:us-east-1:210987654321:theirs.fifo"
    found = statements(Access(queue=theirs, can="send"), Access(queue="acme-jobs", can="send"))
    assert found["AccessSendMessages"]["Resource"] == [f"arn:aws:sqs:{HERE}:acme-jobs", theirs]
    assert len(found) == 1


def test_lists_of_different_prefixes_are_statements_of_their_own() -> None:
    found = statements(*(Access(bucket="acme-uploads", prefix=prefix, can="read") for prefix in ("in/", "out/")))
    assert found.keys() == {"AccessReadObjects", "AccessListObjects", "AccessListObjects2"}


def test_a_key_is_used_only_through_the_service_that_has_the_data_and_only_as_far_as_needed() -> None:
    assert "AccessKeyOfS3" not in statements(Access(bucket="acme-uploads", can="read"))
    found = statements(
        Access(bucket="acme-uploads", can="read"),
        Access(queue="acme-jobs", can="send"),
        Access(module="thumbnail", can="invoke"),
        key=KEY,
    )
    assert found["AccessKeyOfS3"] == {
        "Action": ["kms:Decrypt"],
        "Resource": [KEY],
        "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
    }
    assert found["AccessKeyOfSqs"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert [sid for sid in found if "Key" in sid] == ["AccessKeyOfS3", "AccessKeyOfSqs"]


def test_a_resource_with_a_key_of_its_own_needs_that_and_not_the_stacks() -> None:
    theirs = "arn:aws:kms:us-east-1:210987654321:key/3-4"
    table = Access(table="acme-orders", can="read", kms_key=theirs)
    assert statements(table, key=KEY)["AccessKeyOfDynamodb"] == {
        "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Resource": [theirs],
        "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
    }


def test_nothing_of_it_would_be_refused_among_the_statements_of_policies() -> None:
    for access, key in itertools.product(ALL, (None, KEY)):
        for statement in statements(access, key=key).values():
            written = Setting(actions=statement["Action"], resources=statement["Resource"])
            assert not list(powerful(written))
            assert not any(map(is_nearly_all, written.actions))


def test_a_change_of_access_publishes_a_version() -> None:
    def version(can: str) -> str:
        settings = ModuleSettings(access={"orders": Access(table="acme-orders", can=can)})  # type: ignore[arg-type]
        permissions: list[Statement] = function_statements(settings, SCOPE, "acme-dev-x", prefix="acme-dev")
        return description(settings, {}, permissions)

    assert len({version("read"), version("write"), version("readWrite")}) == 3
