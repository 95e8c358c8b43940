"""Handles DynamoDB tables as AWS does. MiniStack 1.5.33 accepts more, and describes some of them differently."""

import json
from collections.abc import Callable

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

from sandbox.emulator.ministack.answers import Answer, Data

DEFAULT_RECOVERY_DAYS = 35

Handler = Callable[[Data], Answer]

_DAYS = "RecoveryPeriodInDays"
"""How many days back the point-in-time recovery reaches. A table is stored with it."""


def change_tables() -> None:
    dynamodb._delete_table = _unless_protected(dynamodb._delete_table)
    dynamodb._update_table = _with_valid_changes(dynamodb._update_table)
    dynamodb._update_ttl = _with_valid_ttl(dynamodb._update_ttl)
    dynamodb._describe_ttl = _without_attribute_of_disabled(dynamodb._describe_ttl)
    dynamodb._update_continuous_backups = _keeping_days(dynamodb._update_continuous_backups)
    dynamodb._describe_continuous_backups = _with_days(dynamodb._describe_continuous_backups)
    dynamodb._sse_description_from_spec = _only_of_enabled(dynamodb._sse_description_from_spec)


def _table(data: Data) -> Data | None:
    found: Data | None = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
    return found


def _refused(message: str) -> Answer:
    return error_response_json("ValidationException", message, 400)


def _unless_protected(delete: Handler) -> Handler:
    def delete_table(data: Data) -> Answer:
        if (table := _table(data)) and table.get("DeletionProtectionEnabled"):
            return _refused(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        return delete(data)

    return delete_table


def _with_valid_changes(update: Handler) -> Handler:
    """A stream has one type as long as it exists, only one index is created or deleted at a time, and a table with
    provisioned capacity needs one for each index.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    """

    def update_table(data: Data) -> Answer:
        table = _table(data)
        if table is None:
            return update(data)
        indexes = data.get("GlobalSecondaryIndexUpdates") or []
        if sum("Create" in each or "Delete" in each for each in indexes) > 1:
            limit = "Only 1 online index can be created or deleted simultaneously per table"
            return error_response_json("LimitExceededException", f"Subscriber limit exceeded: {limit}", 400)
        enabled = (table.get("StreamSpecification") or {}).get("StreamEnabled")
        if enabled and (data.get("StreamSpecification") or {}).get("StreamEnabled"):
            return _refused(f"Table already has an enabled stream: TableName: {table['TableName']}")
        mode = (table.get("BillingModeSummary") or {}).get("BillingMode")
        if data.get("BillingMode") == "PROVISIONED" and mode == "PAY_PER_REQUEST":
            given = {each["Update"]["IndexName"] for each in indexes if "Update" in each}
            for index in table.get("GlobalSecondaryIndexes") or []:
                if index["IndexName"] not in given:
                    return _refused(
                        "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: "
                        f"{index['IndexName']}"
                    )
        return update(data)

    return update_table


def _with_valid_ttl(update: Handler) -> Handler:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""

    def update_ttl(data: Data) -> Answer:
        wanted = data.get("TimeToLiveSpecification") or {}
        current = dynamodb._ttl_settings.get(dynamodb._normalize_table_name(data.get("TableName"))) or {}
        enabled = current.get("TimeToLiveStatus") == "ENABLED"
        if enabled and wanted.get("AttributeName") != current["AttributeName"]:
            return _refused(
                "TimeToLive is active on a different AttributeName: current AttributeName is "
                f"{current['AttributeName']}"
            )
        if _table(data) is not None and wanted.get("AttributeName") and enabled == bool(wanted.get("Enabled")):
            return _refused(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")
        return update(data)

    return update_ttl


def _without_attribute_of_disabled(describe: Handler) -> Handler:
    def describe_ttl(data: Data) -> Answer:
        status, headers, body = describe(data)
        answer = json.loads(body)
        if answer.get("TimeToLiveDescription", {}).get("TimeToLiveStatus") == "DISABLED":
            answer["TimeToLiveDescription"].pop("AttributeName", None)
        return status, headers, json.dumps(answer)

    return describe_ttl


def _keeping_days(update: Handler) -> Handler:
    def update_continuous_backups(data: Data) -> Answer:
        if (table := _table(data)) is not None:
            wanted = data.get("PointInTimeRecoverySpecification") or {}
            table[_DAYS] = wanted.get(_DAYS, DEFAULT_RECOVERY_DAYS)
        return update(data)

    return update_continuous_backups


def _with_days(describe: Handler) -> Handler:
    def describe_continuous_backups(data: Data) -> Answer:
        status, headers, body = describe(data)
        answer = json.loads(body)
        backups = answer.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
        if backups.get("PointInTimeRecoveryStatus") == "ENABLED":
            backups[_DAYS] = (_table(data) or {}).get(_DAYS, DEFAULT_RECOVERY_DAYS)
        return status, headers, json.dumps(answer)

    return describe_continuous_backups


def _only_of_enabled(describe: Callable[[Data | None], Data | None]) -> Callable[[Data | None], Data | None]:
    """A table whose encryption is AWS's default has no description of it."""

    def description(specification: Data | None) -> Data | None:
        return describe(specification) if (specification or {}).get("Enabled") else None

    return description
