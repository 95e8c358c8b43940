"""What DynamoDB refuses, and how it describes a table."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client
from tests.sandbox.emulator.ministack.test_functions import refusal

NAME = "orders"
OWNER = {"IndexName": "by-owner", "Projection": {"ProjectionType": "ALL"}}
KEY = [{"AttributeName": "owner", "KeyType": "HASH"}]
ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner")]


@pytest.fixture
def tables(emulator: Emulator) -> Iterator[Any]:
    """A client of DynamoDB, which has an on-demand table with an index."""
    dynamodb = client(emulator, "dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=ATTRIBUTES,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[{**OWNER, "KeySchema": KEY}],
        SSESpecification={"Enabled": False},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    yield dynamodb
    dynamodb.update_table(TableName=NAME, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=NAME)


def test_a_protected_table_can_not_be_deleted(tables: Any) -> None:
    tables.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    code, message = refusal(tables.delete_table, TableName=NAME)
    assert (code, message.startswith("Resource cannot be deleted as it is")) == ("ValidationException", True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": {}}, "must be specified for index: by-owner"),
        ({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}, "already has an enabled"),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Delete": {"IndexName": "by-owner"}},
                    {"Create": {**OWNER, "IndexName": "again", "KeySchema": KEY}},
                ],
                "AttributeDefinitions": ATTRIBUTES,
            },
            "Only 1 online index can be created or deleted",
        ),
    ],
)
def test_what_aws_does_not_change_at_once_is_refused(tables: Any, change: dict[str, Any], expected: str) -> None:
    if "ProvisionedThroughput" in change:
        change = {**change, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
    assert expected in refusal(tables.update_table, TableName=NAME, **change)[1]


def test_the_time_to_live_is_changed_once_and_for_one_attribute(tables: Any) -> None:
    def change(attribute: str, enabled: bool) -> dict[str, Any]:
        return {"TableName": NAME, "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": enabled}}

    assert refusal(tables.update_time_to_live, **change("a", False))[1] == "TimeToLive is already disabled"
    tables.update_time_to_live(**change("a", True))
    assert refusal(tables.update_time_to_live, **change("a", True))[1] == "TimeToLive is already enabled"
    assert refusal(tables.update_time_to_live, **change("b", True))[1].endswith("current AttributeName is a")
    tables.update_time_to_live(**change("a", False))
    assert tables.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_point_in_time_recovery_has_a_period_and_default_encryption_no_description(tables: Any) -> None:
    def days() -> Any:
        found = tables.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"]
        return found["PointInTimeRecoveryDescription"].get("RecoveryPeriodInDays")

    assert days() is None
    for given, expected in (({}, 35), ({"RecoveryPeriodInDays": 7}, 7)):
        enabled = {"PointInTimeRecoveryEnabled": True, **given}
        tables.update_continuous_backups(TableName=NAME, PointInTimeRecoverySpecification=enabled)
        assert days() == expected
    assert "SSEDescription" not in tables.describe_table(TableName=NAME)["Table"]
