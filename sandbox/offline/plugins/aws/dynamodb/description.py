"""What DynamoDB's API says about a table, as properties."""

from typing import Any

from sandbox.offline.plugins.aws.dynamodb import indexes
from sandbox.offline.plugins.aws.resource import tag_map
from sandbox.offline.plugins.values import Values

THROUGHPUT = {"maxReadRequestUnits": "MaxReadRequestUnits", "maxWriteRequestUnits": "MaxWriteRequestUnits"}
"""The limits of an on-demand table."""


def described(dynamodb: Any, name: str) -> Values:
    """Return the properties of a table. Raises botocore's ClientError."""
    table: Any = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=table["TableArn"])
    capacity, stream = table.get("ProvisionedThroughput", {}), table.get("StreamSpecification") or {}
    return {
        **indexes.key_of(table["KeySchema"]),
        "arn": table["TableArn"],
        "attributes": [
            {"name": each["AttributeName"], "type": each["AttributeType"]}
            for each in table.get("AttributeDefinitions", [])
        ],
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", indexes.PROVISIONED),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "globalSecondaryIndexes": [indexes.from_description(each) for each in table.get("GlobalSecondaryIndexes", [])],
        "localSecondaryIndexes": [_local(each) for each in table.get("LocalSecondaryIndexes", [])],
        "name": table["TableName"],
        "onDemandThroughput": _limits(table.get("OnDemandThroughput")),
        "pointInTimeRecovery": _backups(backups.get("PointInTimeRecoveryDescription", {})),
        "readCapacity": capacity.get("ReadCapacityUnits", 0),
        "serverSideEncryption": _key(table.get("SSEDescription")),
        "streamArn": table.get("LatestStreamArn", ""),
        "streamEnabled": stream.get("StreamEnabled", False),
        "streamLabel": table.get("LatestStreamLabel", ""),
        "streamViewType": stream.get("StreamViewType", ""),
        "tableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "tags": tag_map(tag for page in pages for tag in page["Tags"]),
        "ttl": {"attributeName": ttl.get("AttributeName", ""), "enabled": ttl.get("TimeToLiveStatus") == "ENABLED"},
        "writeCapacity": capacity.get("WriteCapacityUnits", 0),
    }


def _limits(found: Any) -> Values | None:
    return {name: found.get(aws, 0) for name, aws in THROUGHPUT.items()} if found else None


def _key(description: Any) -> Values | None:
    if not description:
        return None
    return {"enabled": description["Status"] == "ENABLED", "kmsKeyArn": description.get("KMSMasterKeyArn", "")}


def _backups(found: Any) -> Values:
    enabled = found.get("PointInTimeRecoveryStatus") == "ENABLED"
    return {"enabled": enabled, "recoveryPeriodInDays": found.get("RecoveryPeriodInDays", 0) if enabled else 0}


def _local(index: Any) -> Values:
    found = indexes.from_description(index)
    return {name: found[name] for name in ("name", "nonKeyAttributes", "projectionType", "rangeKey") if name in found}
