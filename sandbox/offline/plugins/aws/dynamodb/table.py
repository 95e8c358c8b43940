"""aws:dynamodb/table:Table, without replicas, restores and imports"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.dynamodb import indexes, waiting
from sandbox.offline.plugins.aws.dynamodb.description import THROUGHPUT, described
from sandbox.offline.plugins.aws.dynamodb.indexes import PROVISIONED
from sandbox.offline.plugins.aws.dynamodb.table_rules import RULES, refuse_attributes
from sandbox.offline.plugins.aws.failures import explained
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, equal, in_any_order, in_range, one_of
from sandbox.offline.plugins.values import UNKNOWN, Values

_COMPUTED = Property(computed=True)
_UNSUPPORTED = Property(computed=True, output_only=True)
_CAPACITY = ("billingMode", "readCapacity", "writeCapacity")
_TOGETHER = {*_CAPACITY, "deletionProtectionEnabled", "onDemandThroughput", "streamEnabled"}
"""The properties whose changes are one request, even an empty one, which AWS refuses."""
_PROJECTION = Property(required=True, valid=one_of("ALL", "KEYS_ONLY", "INCLUDE"))
_GSIS = "globalSecondaryIndexes"
_DEFAULT_KEY = ":alias/aws/dynamodb"
"""How the ARN of AWS's own key ends in the emulator. The state has no ARN for it, as with the official provider."""


def _both_disabled(old: Any, new: Any) -> bool:
    return equal(old, new) or not (old.get("enabled") or new.get("enabled"))


def _same_backups(old: Any, new: Any) -> bool:
    """AWS returns no period while the recovery is disabled."""
    return equal(old, new) or (_both_disabled(old, new) and not old.get("recoveryPeriodInDays"))


def _same_ttl(old: Any, new: Any) -> bool:
    """AWS needs the name of an attribute to disable the time to live, but doesn't return it."""
    return equal(old, new) or not (old.get("enabled") or new.get("enabled") or old.get("attributeName"))


class Table(AwsResource[Any]):
    """Its id is its name."""

    token = "aws:dynamodb/table:Table"
    label = "AWS DynamoDB Table"
    service = "dynamodb"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("ResourceArn")
    generated_name = ("name", 255)
    cross_property_rules = (
        conflicts_with("readCapacity", "onDemandThroughput"),
        conflicts_with("writeCapacity", "onDemandThroughput"),
        *RULES,
    )
    properties: ClassVar = {
        "arn": _COMPUTED,
        "attributes": Property(
            computed=True,
            same=in_any_order,
            nested={"name": Property(required=True), "type": Property(required=True, valid=one_of("S", "N", "B"))},
        ),
        "billingMode": Property(default=PROVISIONED, valid=one_of(PROVISIONED, "PAY_PER_REQUEST")),
        "deletionProtectionEnabled": Property(),
        _GSIS: Property(
            computed=True,
            same=indexes.same_indexes,
            nested={
                "keySchemas": Property(
                    nested={
                        "attributeName": Property(required=True),
                        "keyType": Property(required=True, valid=one_of("HASH", "RANGE")),
                    }
                ),
                "name": Property(required=True),
                "onDemandThroughput": Property(output_only=True),
                "projectionType": _PROJECTION,
                "warmThroughput": Property(output_only=True),
            },
        ),
        "globalTableWitness": _UNSUPPORTED,
        "hashKey": Property(computed=True, replaces=True),
        "localSecondaryIndexes": Property(
            replaces=True,
            same=indexes.same_indexes,
            nested={
                "name": Property(required=True),
                "projectionType": _PROJECTION,
                "rangeKey": Property(required=True),
            },
        ),
        "name": Property(required=True, replaces=True),
        "onDemandThroughput": Property(nested=dict.fromkeys(THROUGHPUT, _COMPUTED)),
        "pointInTimeRecovery": Property(
            computed=True,
            same=_same_backups,
            nested={
                "enabled": Property(required=True),
                "recoveryPeriodInDays": Property(computed=True, valid=in_range(1, 35)),
            },
        ),
        "rangeKey": Property(replaces=True),
        "readCapacity": _COMPUTED,
        "serverSideEncryption": Property(
            computed=True,
            same=_both_disabled,
            nested={"enabled": Property(required=True), "kmsKeyArn": Property(computed=True, valid=arn)},
        ),
        "streamArn": _COMPUTED,
        "streamEnabled": Property(),
        "streamLabel": _COMPUTED,
        "streamViewType": Property(
            computed=True, valid=one_of("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", "")
        ),
        "tableClass": Property(default="STANDARD", valid=one_of("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
        "ttl": Property(computed=True, same=_same_ttl, nested={"enabled": Property(default=False)}),
        "warmThroughput": _UNSUPPORTED,
        "writeCapacity": _COMPUTED,
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        refuse_attributes(state, planned)
        before, given = state.get(_GSIS) or [], planned.get(_GSIS)
        if isinstance(given, list):
            after = indexes.completed(given, before)
            planned[_GSIS] = state[_GSIS] if _GSIS in state and indexes.same_indexes(before, after) else after
        changed = planning.changed(state, planned) if state else []
        if "attributes" in changed and _GSIS not in changed:  # AWS changes attributes only together with indexes
            planned["attributes"] = state.get("attributes", [])
        if "streamEnabled" in changed or (planned.get("streamViewType") and "streamViewType" in changed):
            planned["streamArn"] = UNKNOWN

    def api_create(self, call: AwsCall, planned: Values) -> str:
        mode, name = planned["billingMode"], planned["name"]
        request: Any = {
            "BillingMode": mode,
            "KeySchema": indexes.key_schema(planned),
            "TableName": name,
            "Tags": self.new_tags(planned),
            "TableClass": planned["tableClass"],
            "AttributeDefinitions": _definitions(planned),
        }
        if mode == PROVISIONED:
            request["ProvisionedThroughput"] = indexes.throughput(planned)
        if planned.get("deletionProtectionEnabled"):
            request["DeletionProtectionEnabled"] = True
        if local := planned.get("localSecondaryIndexes"):
            request["LocalSecondaryIndexes"] = [indexes.local_index(each, planned["hashKey"]) for each in local]
        if across := planned.get(_GSIS):
            with _prefixed(f"creating {self.label} ({name})"):
                request["GlobalSecondaryIndexes"] = [indexes.global_index(each, mode) for each in across]
        if planned.get("onDemandThroughput"):
            request["OnDemandThroughput"] = _on_demand(planned)
        if planned.get("streamEnabled"):
            request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": planned["streamViewType"]}
        if "serverSideEncryption" in planned:
            request["SSESpecification"] = _encryption(planned["serverSideEncryption"])
        self.client(call, planned).create_table(**request)
        return str(name)

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        dynamodb = self.client(call, planned)
        waiting.wait_until_active(call, dynamodb, id)
        for index in planned.get(_GSIS) or []:
            waiting.wait_for_index(call, dynamodb, id, index["name"])
        if (planned.get("ttl") or {}).get("enabled"):
            _update_ttl(dynamodb, id, planned["ttl"])
        if (planned.get("pointInTimeRecovery") or {}).get("enabled"):
            _update_backups(dynamodb, id, planned["pointInTimeRecovery"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = described(self.client(call, state), id)
        if not found["streamEnabled"]:  # AWS doesn't return the type of a stream that was disabled
            found["streamViewType"] = state.get("streamViewType", "")
        if (key := found["serverSideEncryption"]) and key["kmsKeyArn"].endswith(_DEFAULT_KEY):
            found["serverSideEncryption"] = {**key, "kmsKeyArn": ""}
        return found

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Most changes need a request of their own, and DynamoDB creates or deletes one index at a time."""
        dynamodb, changed = self.client(call, planned), {*planning.changed(state, planned)}
        mode, across = planned["billingMode"], indexes.IndexChanges()
        if _GSIS in changed:
            with _prefixed(f"updating {self.label} ({id}): computing GSI difference"):
                across = indexes.changes(state.get(_GSIS) or [], planned.get(_GSIS) or [], mode)

        def update(**request: Any) -> None:
            dynamodb.update_table(TableName=id, **request)
            waiting.wait_until_active(call, dynamodb, id)

        for name in across.deleted:
            with explained(f"deleting {self.label} ({id}): GSI ({name})"):
                update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])
                waiting.wait_for_index(call, dynamodb, id, name, deleted=True)
        if "tableClass" in changed:
            update(TableClass=planned["tableClass"])
        if "streamViewType" in changed and "streamEnabled" not in changed and planned.get("streamEnabled"):
            update(StreamSpecification={"StreamEnabled": False})
            update(StreamSpecification={"StreamEnabled": True, "StreamViewType": planned["streamViewType"]})
        if across.updated or not changed.isdisjoint(_TOGETHER):
            update(**_together(changed, state, planned, across.updated))
            for index in across.updated:
                waiting.wait_for_index(call, dynamodb, id, index["IndexName"])
        for index in across.created:
            with explained(f"updating {self.label} ({id}): creating GSI ({index['IndexName']})"):
                update(AttributeDefinitions=_definitions(planned), GlobalSecondaryIndexUpdates=[{"Create": index}])
                waiting.wait_for_index(call, dynamodb, id, index["IndexName"])
        if "serverSideEncryption" in changed:
            update(SSESpecification=_encryption(planned.get("serverSideEncryption", {})))
            waiting.wait_until_encrypted(call, dynamodb, id)
        if "ttl" in changed:
            _update_ttl(dynamodb, id, planned["ttl"])
        if "pointInTimeRecovery" in changed:
            _update_backups(dynamodb, id, planned["pointInTimeRecovery"])

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS refuses to delete a table with deletion protection."""
        dynamodb = self.client(call, state)
        dynamodb.delete_table(TableName=id)
        waiting.wait_for(call, dynamodb, id, f"deletion of table {id}", lambda _: False)


@contextmanager
def _prefixed(doing: str) -> Iterator[None]:
    """Says what was being done when the plugin itself refused something."""
    try:
        yield
    except Refused as refused:
        raise Refused(f"{doing}: {refused}") from refused


def _together(changed: set[str], state: Values, planned: Values, updated: list[Any]) -> dict[str, Any]:
    """Return the changes that one request makes."""
    request: dict[str, Any] = {}
    mode = planned["billingMode"]
    if not changed.isdisjoint(_CAPACITY):
        request["BillingMode"] = mode
        if mode == PROVISIONED:
            minimum = 1 if state.get("billingMode", mode) != mode else 0
            request["ProvisionedThroughput"] = indexes.throughput(planned, minimum)
    if "deletionProtectionEnabled" in changed:
        request["DeletionProtectionEnabled"] = bool(planned.get("deletionProtectionEnabled"))
    if "onDemandThroughput" in changed and planned.get("onDemandThroughput"):
        request["OnDemandThroughput"] = _on_demand(planned)
    if "streamEnabled" in changed:
        enabled = bool(planned.get("streamEnabled"))
        view = {"StreamViewType": planned["streamViewType"]} if enabled else {}
        request["StreamSpecification"] = {"StreamEnabled": enabled, **view}
    if updated:
        request["GlobalSecondaryIndexUpdates"] = [{"Update": each} for each in updated]
    return request


def _definitions(planned: Values) -> Any:
    return [{"AttributeName": each["name"], "AttributeType": each["type"]} for each in planned.get("attributes") or []]


def _on_demand(planned: Values) -> Any:
    limits = planned["onDemandThroughput"]
    return {aws: limits[name] for name, aws in THROUGHPUT.items() if limits.get(name)}


def _encryption(block: Values) -> Any:
    if not block.get("enabled"):
        return {"Enabled": False}
    key = block.get("kmsKeyArn")
    return {"Enabled": True, **({"KMSMasterKeyId": key, "SSEType": "KMS"} if key else {})}


def _update_ttl(dynamodb: Any, table: str, ttl: Values) -> None:
    wanted = {"AttributeName": ttl.get("attributeName", ""), "Enabled": bool(ttl.get("enabled"))}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _update_backups(dynamodb: Any, table: str, block: Values) -> None:
    enabled, days = bool(block.get("enabled")), block.get("recoveryPeriodInDays")
    period = {"RecoveryPeriodInDays": days} if enabled and days else {}
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled, **period}
    )
