import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.offline.plugins.aws.test_failures import attached_to_fake
from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine
from tests.sandbox.offline.plugins.fake_aws import Answer

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
NAME = "fed"
UUID = "0f9d8a52-1c3e-4a8f-9d2b-6b1f4f0a7e11"


@pytest.fixture
def queue(cloud: Any) -> Iterator[str]:
    """The ARN of a queue, beside a function."""
    zip_function(cloud("lambda"), NAME)
    url = cloud("sqs").create_queue(QueueName=NAME)["QueueUrl"]
    yield cloud("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud("sqs").delete_queue(QueueUrl=url)
    cloud("lambda").delete_function(FunctionName=NAME)


def test_an_unknown_source_replaces_the_mapping_in_the_preview(engine: Engine, queue: str) -> None:
    inputs = {"functionName": NAME, "eventSourceArn": queue}
    id, state = engine.create(MAPPING, inputs)
    assert engine.diff(MAPPING, id, state, inputs, {**inputs, "eventSourceArn": "<unknown>"}).replaces == [
        "eventSourceArn"
    ]
    engine.delete(MAPPING, id, inputs, state)


def test_tags_of_a_mapping_change_in_place(engine: Engine, queue: str) -> None:
    inputs = {"functionName": NAME, "eventSourceArn": queue, "tags": {"a": "1", "b": "2"}}
    id, state = engine.create(MAPPING, inputs)
    wanted = {**inputs, "tags": {"a": "changed"}}
    assert engine.diff(MAPPING, id, state, inputs, wanted).verdict == "update"
    state = engine.update(MAPPING, id, state, inputs, wanted)
    assert state["tags"] == state["tagsAll"] == {"a": "changed"}
    assert engine.read(MAPPING, id, wanted, state)[2]["tags"] == {"a": "changed"}
    engine.delete(MAPPING, id, wanted, state)


@pytest.fixture
def stream(cloud: Any) -> Iterator[str]:
    """The ARN of a table's stream, beside a function."""
    zip_function(cloud("lambda"), NAME)
    made = cloud("dynamodb").create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    yield made["TableDescription"]["LatestStreamArn"]
    cloud("dynamodb").delete_table(TableName=NAME)
    cloud("lambda").delete_function(FunctionName=NAME)


def inputs_of(stream: str) -> dict[str, Any]:
    return {
        "functionName": NAME,
        "eventSourceArn": stream,
        "startingPosition": "LATEST",
        "batchSize": 100,
        "maximumRetryAttempts": 0,
        "maximumRecordAgeInSeconds": -1,
        "parallelizationFactor": 2,
        "bisectBatchOnFunctionError": True,
        "destinationConfig": {"onFailure": {"destinationArn": "arn:aws:sqs:us-east-1:000000000000:dead"}},
        "filterCriteria": {
            "filters": [{"pattern": '{"eventName":["INSERT"]}'}, {"pattern": '{"eventName":["MODIFY"]}'}]
        },
    }


def test_a_stream_is_read_within_the_limits_that_the_program_sets_even_without_a_second_try(
    engine: Engine, cloud: Any, stream: str
) -> None:
    checked, failures = engine.check(MAPPING, inputs_of(stream))
    assert failures == []
    id, state = engine.create(MAPPING, checked)
    made = cloud("lambda").get_event_source_mapping(UUID=id)
    assert (made["MaximumRetryAttempts"], made["MaximumRecordAgeInSeconds"], made["ParallelizationFactor"]) == (
        0,
        -1,
        2,
    )
    filters = list(reversed(checked["filterCriteria"]["filters"]))
    same = {**checked, "filterCriteria": {"filters": filters}}
    assert engine.diff(MAPPING, id, state, checked, same).verdict == "none"
    wanted = {**checked, "maximumRetryAttempts": 3, "parallelizationFactor": 1}
    assert engine.diff(MAPPING, id, state, checked, wanted).diffs == ["maximumRetryAttempts", "parallelizationFactor"]
    state = engine.update(MAPPING, id, state, checked, wanted)
    assert cloud("lambda").get_event_source_mapping(UUID=id)["MaximumRetryAttempts"] == 3
    later = {**wanted, "startingPosition": "TRIM_HORIZON"}
    assert engine.diff(MAPPING, id, state, wanted, later).replaces == ["startingPosition"]
    engine.delete(MAPPING, id, wanted, state)


def test_a_limit_that_the_program_no_longer_sets_stays_and_a_destination_goes(
    engine: Engine, cloud: Any, stream: str
) -> None:
    checked, _ = engine.check(MAPPING, inputs_of(stream))
    id, state = engine.create(MAPPING, checked)
    wanted = {
        name: value for name, value in checked.items() if name not in ("parallelizationFactor", "destinationConfig")
    }
    assert engine.diff(MAPPING, id, state, checked, wanted).diffs == ["destinationConfig"]
    state = engine.update(MAPPING, id, state, checked, wanted)
    made = cloud("lambda").get_event_source_mapping(UUID=id)
    assert (made["ParallelizationFactor"], made["DestinationConfig"]["OnFailure"]["Destination"]) == (2, "")
    assert engine.diff(MAPPING, id, state, wanted, wanted).verdict == "none"
    engine.delete(MAPPING, id, wanted, state)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("maximumRetryAttempts", -2, "to be in the range"),
        ("maximumRecordAgeInSeconds", 59, "to be in the range"),
        ("parallelizationFactor", 11, "to be in the range"),
        ("filterCriteria", {"filters": [{"pattern": "{}"}] * 11}, "supports 10, but has 11"),
    ],
)
def test_what_lambda_would_refuse_is_refused_before_it_is_asked(
    engine: Engine, name: str, value: Any, reason: str
) -> None:
    _, failures = engine.check(MAPPING, {**inputs_of("arn:aws:kinesis:us-east-1:000000000000:stream/s"), name: value})
    assert [reason in failure for failure in failures] == [True]


def test_a_mapping_is_waited_for_and_deleted_once_it_is_no_longer_changing() -> None:
    """What AWS does, and the emulator doesn't."""
    states = iter(["Creating", "Enabled", "Enabled", "Deleting", ""])
    refusals, asked = iter([True, False]), []

    def behaviour(operation: str) -> Answer:
        asked.append(operation.partition("?")[0])
        if operation.startswith("DELETE") and next(refusals):
            return 400, json.dumps({"Type": "User", "Code": "ResourceInUseException", "Message": "in use"})
        if operation.startswith("GET") and "/event-source-mappings/" in operation and not (state := next(states)):
            return 404, json.dumps({"Type": "User", "Code": "ResourceNotFoundException", "Message": "gone"})
        if operation.startswith("GET") and "/tags/" in operation:
            return 200, json.dumps({"Tags": {}})
        if not operation.startswith("GET"):
            state = "Creating"
        arn = "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:u"
        source, function = "arn:aws:kinesis:us-east-1:000000000000:stream/s", "arn:aws:lambda:us-east-1:0:function:fed"
        known = {"UUID": UUID, "EventSourceMappingArn": arn, "EventSourceArn": source, "FunctionArn": function}
        return 202, json.dumps({**known, "State": state, "LastModified": 0})

    inputs = {
        "functionName": NAME,
        "eventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s",
        "startingPosition": "LATEST",
        "enabled": True,
    }
    with attached_to_fake(behaviour) as engine:
        id, state = engine.create(MAPPING, inputs)
        assert (id, state["state"]) == (UUID, "Enabled")
        engine.delete(MAPPING, id, inputs, state)
    assert [operation.partition(" ")[0] for operation in asked] == [
        "POST",
        *["GET"] * 4,  # two states, the mapping and its tags
        *["DELETE"] * 2,
        *["GET"] * 2,
    ]
