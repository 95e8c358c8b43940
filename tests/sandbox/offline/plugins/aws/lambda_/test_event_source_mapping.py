from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
NAME = "fed"


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
