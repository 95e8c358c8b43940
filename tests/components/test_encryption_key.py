import json
from typing import Any

import pytest

from components.arn import AwsScope
from components.encryption_key import EncryptionKey, EncryptionKeyArgs, key_of, key_policy
from components.settings import StackSettings
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy

POLICY = key_policy("p-dev", AwsScope("aws", REGION, ACCOUNT))
STATEMENTS = {statement["Sid"]: statement for statement in POLICY["Statement"]}
USE = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"}


def key(**changes: Any) -> tuple[Any, Recording]:
    return deploy(lambda: EncryptionKey("encryption", EncryptionKeyArgs(prefix="p-dev", **changes)).arn)


def test_the_key_is_rotated_and_its_deletion_waits_for_thirty_days() -> None:
    _, recording = key()
    inputs = recording.one("aws:kms/key:Key").inputs
    assert inputs["enableKeyRotation"] is True
    assert inputs["deletionWindowInDays"] == 30


def test_the_key_has_an_alias_with_the_stack_s_prefix() -> None:
    arn, recording = key()
    alias = recording.one("aws:kms/alias:Alias").inputs
    assert (alias["name"], alias["targetKeyId"]) == ("alias/p-dev", "k-1")
    assert arn == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def test_the_key_s_policy_is_for_the_account_and_region_that_it_is_in() -> None:
    _, recording = key()
    assert json.loads(recording.one("aws:kms/key:Key").inputs["policy"]) == POLICY


def test_the_key_is_tagged_and_protected_where_the_stack_says_so() -> None:
    _, recording = key(protection=True, tags={"team": "a"})
    assert recording.one("aws:kms/key:Key").inputs["tags"] == {"team": "a"}
    request = recording.request("aws:kms/key:Key")
    assert request.protect and request.retainOnDelete


def test_nobody_but_the_account_its_logs_and_services_that_send_is_let_in() -> None:
    principals = {sid: statement["Principal"] for sid, statement in STATEMENTS.items()}
    account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert principals == {
        "Manage": account,
        "UseThroughServices": account,
        "EncryptLogs": {"Service": f"logs.{REGION}.amazonaws.com"},
        "SendToSQS": {"Service": ["events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"]},
        "SendToSNS": {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com", "s3.amazonaws.com"]},
    }


@pytest.mark.parametrize(("service", "context"), [("sqs", "aws:sqs:arn"), ("sns", "aws:sns:topicArn")])
def test_services_send_to_the_stack_s_queues_and_topics_only(service: str, context: str) -> None:
    statement = STATEMENTS[f"SendTo{service.upper()}"]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    arns = f"arn:aws:{service}:{REGION}:{ACCOUNT}:p-dev-*"
    assert statement["Condition"] == {"ArnLike": {f"kms:EncryptionContext:{context}": arns}}


def test_those_whom_iam_lets_use_the_key_through_services_only() -> None:
    assert USE.isdisjoint(STATEMENTS["Manage"]["Action"])
    assert not any(action.startswith(("kms:Create*", "kms:*")) for action in STATEMENTS["Manage"]["Action"])
    through = STATEMENTS["UseThroughServices"]
    assert USE.issubset(through["Action"])
    services = ["ecr", "lambda", "s3", "secretsmanager", "sns", "sqs", "ssm"]
    assert through["Condition"] == {
        "StringEquals": {"kms:ViaService": [f"{service}.{REGION}.amazonaws.com" for service in services]}
    }


def test_logs_use_the_key_for_the_stack_s_log_groups_only() -> None:
    assert STATEMENTS["EncryptLogs"]["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/p-dev-*"
        }
    }


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_no_statement_gives_every_right(statement: dict[str, Any]) -> None:
    assert not {"*", "kms:*"} & set(statement["Action"])


def test_a_stack_that_leaves_encryption_to_aws_has_no_key() -> None:
    assert key_of(StackSettings()) is None


def test_a_stack_with_customer_encryption_has_one_key_with_its_settings() -> None:
    settings = StackSettings(encryption="customer", name_prefix="p-dev", protection=True, tags={"team": "a"})

    def program() -> Any:
        return key_of(settings)

    _, recording = deploy(program)
    assert recording.types == ["aws:kms/key:Key", "aws:kms/alias:Alias"]
    assert recording.one("aws:kms/alias:Alias").inputs["name"] == "alias/p-dev"
    assert recording.request("aws:kms/key:Key").protect


def test_services_and_logs_in_china_have_the_names_that_they_have_there() -> None:
    policy = key_policy("p-dev", AwsScope("aws-cn", "cn-north-1", ACCOUNT))
    use, logs = (one for one in policy["Statement"] if one["Sid"] in ("UseThroughServices", "EncryptLogs"))
    services = use["Condition"]["StringEquals"]["kms:ViaService"]
    assert services[:2] == ["ecr.cn-north-1.amazonaws.com.cn", "lambda.cn-north-1.amazonaws.com.cn"]
    assert logs["Principal"] == {"Service": "logs.cn-north-1.amazonaws.com.cn"}
