"""Waits until a table, or one of its indexes, is in the wanted state."""

from collections.abc import Callable
from typing import Any

from sandbox.offline.plugins.aws.resource import AwsCall
from sandbox.offline.plugins.aws.waiting import wait_until

_WAIT_SECONDS = 1800  # the official provider's default for a create

Described = dict[str, Any]
"""A table in a response of DescribeTable."""


def wait_until_active(call: AwsCall, dynamodb: Any, table: str) -> None:
    wait_for(call, dynamodb, table, f"table {table}", lambda found: found["TableStatus"] == "ACTIVE")


def wait_until_encrypted(call: AwsCall, dynamodb: Any, table: str) -> None:
    def reached(found: Described) -> bool:
        return found.get("SSEDescription", {}).get("Status", "DISABLED") in ("ENABLED", "DISABLED")

    wait_for(call, dynamodb, table, f"encryption of table {table}", reached)


def wait_for_index(call: AwsCall, dynamodb: Any, table: str, index: str, *, deleted: bool = False) -> None:
    def reached(found: Described) -> bool:
        statuses = {each["IndexName"]: each["IndexStatus"] for each in found.get("GlobalSecondaryIndexes", [])}
        return index not in statuses if deleted else statuses.get(index) == "ACTIVE"

    wait_for(call, dynamodb, table, f"GSI ({index})", reached)


def wait_for(call: AwsCall, dynamodb: Any, table: str, what: str, reached: Callable[[Described], bool]) -> None:
    """Raises Refused when the time is over, and on an interrupt."""
    seconds = call.timeout or _WAIT_SECONDS
    wait_until(
        call,
        lambda: reached(dynamodb.describe_table(TableName=table)["Table"]),
        f"waiting for {what}",
        seconds,
        lambda: f"{what} is not ready after {seconds:.0f} s",
    )
