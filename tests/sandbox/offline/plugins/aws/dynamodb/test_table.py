"""What the recording of a table can't show: the order of calls, the words of errors, and the next run."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from sandbox.offline.plugins.serve import serve
from tests.sandbox.offline.plugins import watched
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.engine import Engine, Values
from tests.sandbox.offline.plugins.watched import Calls

TABLE = "aws:dynamodb/table:Table"
ID, OWNER, KIND = ({"name": name, "type": "S"} for name in ("id", "owner", "kind"))
MINIMAL = {"name": "cf-orders", "attributes": [ID], "hashKey": "id", "billingMode": "PAY_PER_REQUEST"}


def index(name: str, key: str, **more: Any) -> Values:
    return {"name": name, "hashKey": key, "projectionType": "ALL", "readCapacity": 1, "writeCapacity": 1, **more}


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Calls()


@pytest.fixture(scope="module")
def watching(emulator: Emulator, calls: Calls) -> Iterator[Engine]:
    with serve([watched.provider(calls)], emulator.environ) as attached, Engine.attached(attached) as engine:
        yield engine


def test_an_update_deletes_indexes_first_then_changes_the_table_and_creates_one_index_at_a_time(
    watching: Engine, calls: Calls, cloud: Any
) -> None:
    inputs = {
        "name": "cf-indexed",
        "attributes": [ID, OWNER, KIND],
        "hashKey": "id",
        "readCapacity": 1,
        "writeCapacity": 1,
        "globalSecondaryIndexes": [index("by-owner", "owner"), index("by-kind", "kind")],
        "streamEnabled": True,
        "streamViewType": "NEW_IMAGE",
        "tags": {"a": "1"},
    }
    id, state = watching.create(TABLE, inputs)
    wanted = {
        **inputs,
        "readCapacity": 2,
        "tableClass": "STANDARD_INFREQUENT_ACCESS",
        "globalSecondaryIndexes": [
            index("by-owner", "owner", projectionType="KEYS_ONLY"),
            index("by-kind", "kind", writeCapacity=3),
            index("by-both", "owner", rangeKey="kind"),
        ],
        "streamViewType": "OLD_IMAGE",
        "serverSideEncryption": {"enabled": True},
        "ttl": {"attributeName": "expires", "enabled": True},
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 3},
        "tags": {"a": "2"},
    }
    calls.allow()
    state = watching.update(TABLE, id, state, inputs, wanted)
    assert [*dict.fromkeys(calls.made)] == ["TagResource", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups"]
    changes = [{*json.loads(body)} - {"TableName"} for body in calls.bodies if b"TableName" in body][:-2]
    assert changes == [
        {"GlobalSecondaryIndexUpdates"},
        {"TableClass"},
        {"StreamSpecification"},
        {"StreamSpecification"},
        {"BillingMode", "GlobalSecondaryIndexUpdates", "ProvisionedThroughput"},
        {"AttributeDefinitions", "GlobalSecondaryIndexUpdates"},
        {"AttributeDefinitions", "GlobalSecondaryIndexUpdates"},
        {"SSESpecification"},
    ]
    assert watching.diff(TABLE, id, state, wanted, wanted).verdict == "none"
    table = cloud("dynamodb").describe_table(TableName=id)["Table"]
    assert {each["IndexName"] for each in table["GlobalSecondaryIndexes"]} == {"by-owner", "by-kind", "by-both"}
    watching.delete(TABLE, id, wanted, state)


def test_a_protected_table_is_deleted_only_after_its_protection_has_ended(engine: Engine) -> None:
    inputs = {**MINIMAL, "deletionProtectionEnabled": True}
    id, state = engine.create(TABLE, inputs)
    with pytest.raises(grpc.RpcError) as refused:
        engine.delete(TABLE, id, inputs, state)
    assert str(refused.value.details()) == (
        "deleting AWS DynamoDB Table (cf-orders): operation DeleteTable, ValidationException: Resource cannot be "
        "deleted as it is currently protected against deletion. Disable deletion protection first."
    )
    assert engine.read(TABLE, id, inputs, state)[0] == id
    state = engine.update(TABLE, id, state, inputs, MINIMAL)
    engine.delete(TABLE, id, MINIMAL, state)
    assert engine.read(TABLE, id, MINIMAL, state)[0] == ""


def test_an_index_has_its_key_in_one_of_two_forms_which_are_equal(engine: Engine) -> None:
    schema = [{"attributeName": "owner", "keyType": "HASH"}, {"attributeName": "kind", "keyType": "RANGE"}]
    by_schema = {"name": "by-owner", "keySchemas": schema, "projectionType": "ALL"}
    by_name = {"name": "by-owner", "hashKey": "owner", "rangeKey": "kind", "projectionType": "ALL"}
    inputs = {**MINIMAL, "attributes": [ID, OWNER, KIND], "globalSecondaryIndexes": [by_schema]}
    assert engine.check(TABLE, inputs)[1] == []
    id, state = engine.create(TABLE, inputs)
    for same in (inputs, {**inputs, "globalSecondaryIndexes": [by_name]}):
        assert engine.diff(TABLE, id, state, inputs, same).verdict == "none"
    for wrong in ({**by_schema, "hashKey": "owner"}, {"name": "by-owner", "projectionType": "ALL"}):
        (failure,) = engine.check(TABLE, {**inputs, "globalSecondaryIndexes": [wrong]})[1]
        assert "Exactly one of [key_schema, hash_key] must be specified" in failure
    engine.delete(TABLE, id, inputs, state)


def test_after_a_failed_index_the_next_run_of_the_same_program_changes_nothing_and_a_refresh_shows_it(
    watching: Engine, calls: Calls
) -> None:
    id, state = watching.create(TABLE, MINIMAL)
    by_owner = {"name": "by-owner", "hashKey": "owner", "projectionType": "ALL"}
    wanted = {**MINIMAL, "attributes": [ID, OWNER], "globalSecondaryIndexes": [by_owner]}
    calls.refuse_changes()
    with pytest.raises(grpc.RpcError) as refused:
        watching.update(TABLE, id, state, MINIMAL, wanted)
    calls.allow()
    assert (
        "updating AWS DynamoDB Table (cf-orders): creating GSI (by-owner): operation UpdateTable, AccessDenied"
        in str(refused.value.details())
    )
    _, _, read = watching.read(TABLE, id, wanted, state)
    assert watching.diff(TABLE, id, read, wanted, wanted).diffs == ["attributes", "globalSecondaryIndexes"]
    watching.delete(TABLE, id, wanted, read)


def test_limits_of_an_on_demand_table_are_changed_and_can_not_be_removed(engine: Engine) -> None:
    inputs = {**MINIMAL, "onDemandThroughput": {"maxReadRequestUnits": 10, "maxWriteRequestUnits": 5}}
    id, state = engine.create(TABLE, inputs)
    wanted = {**MINIMAL, "onDemandThroughput": {"maxReadRequestUnits": 20, "maxWriteRequestUnits": 5}}
    state = engine.update(TABLE, id, state, inputs, wanted)
    assert state["onDemandThroughput"] == wanted["onDemandThroughput"]
    with pytest.raises(grpc.RpcError, match="ValidationException: At least one of"):
        engine.update(TABLE, id, state, wanted, MINIMAL)
    engine.delete(TABLE, id, wanted, state)


def test_a_key_of_the_account_encrypts_the_table(engine: Engine, cloud: Any) -> None:
    key = cloud("kms").create_key()["KeyMetadata"]["Arn"]
    inputs = {**MINIMAL, "serverSideEncryption": {"enabled": True, "kmsKeyArn": key}}
    id, state = engine.create(TABLE, inputs)
    assert state["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": key}
    assert engine.diff(TABLE, id, state, inputs, inputs).verdict == "none"
    engine.delete(TABLE, id, inputs, state)


def test_what_the_local_plugin_lacks_is_refused_by_name(engine: Engine) -> None:
    inputs = {**MINIMAL, "replicas": [{"regionName": "eu-west-1"}], "warmThroughput": {"readUnitsPerSecond": 12000}}
    failures = engine.check(TABLE, inputs)[1]
    assert [failure.partition(" is ")[0] for failure in failures] == [
        'property "replicas"',
        'property "warmThroughput"',
    ]


def test_a_table_is_found_by_its_name(engine: Engine) -> None:
    inputs = {**MINIMAL, "rangeKey": "owner", "attributes": [ID, OWNER], "tags": {"a": "1"}}
    id, state = engine.create(TABLE, inputs)
    found, failures = engine.invoke("aws:dynamodb/getTable:getTable", {"name": id})
    assert failures == []
    same = (
        "arn",
        "attributes",
        "billingMode",
        "hashKey",
        "id",
        "name",
        "rangeKey",
        "region",
        "tableClass",
        "tags",
        "ttl",
    )
    assert {name: found[name] for name in same} == {name: state[name] for name in same}
    engine.delete(TABLE, id, inputs, state)
    with pytest.raises(grpc.RpcError, match="ResourceNotFoundException"):
        engine.invoke("aws:dynamodb/getTable:getTable", {"name": id})
