"""The weights of an alias, as the official provider sets and removes them."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.offline.plugins.aws.lambda_.alias import _settings
from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine

ALIAS = "aws:lambda/alias:Alias"
NAME = "weighted"
INPUTS = {"functionName": NAME, "functionVersion": "1", "name": "live"}
SPLIT = {"additionalVersionWeights": {"2": 0.1}}


@pytest.fixture(autouse=True)
def function(cloud: Any) -> Iterator[None]:
    zip_function(cloud("lambda"), NAME)
    yield
    cloud("lambda").delete_function(FunctionName=NAME)


def weights(cloud: Any) -> Any:
    alias = cloud("lambda").get_alias(FunctionName=NAME, Name="live")
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")


def test_an_update_sets_and_removes_the_weights(engine: Engine, cloud: Any) -> None:
    id, state = engine.create(ALIAS, INPUTS)
    shared = {**INPUTS, "routingConfig": SPLIT}
    assert engine.diff(ALIAS, id, state, INPUTS, shared).diffs == ["routingConfig"]
    state = engine.update(ALIAS, id, state, INPUTS, shared)
    assert (weights(cloud), state["routingConfig"]) == ({"2": 0.1}, SPLIT)
    state = engine.update(ALIAS, id, state, shared, INPUTS)
    assert (weights(cloud), state.get("routingConfig")) == (None, None)


def test_weights_that_others_set_are_read_and_removed_by_any_update(engine: Engine, cloud: Any) -> None:
    id, state = engine.create(ALIAS, INPUTS)
    cloud("lambda").update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    _, _, outputs = engine.read(ALIAS, id, INPUTS, state)
    assert outputs["routingConfig"] == SPLIT
    engine.update(ALIAS, id, state, INPUTS, {**INPUTS, "description": "changed"})
    assert weights(cloud) is None


def test_the_removal_is_an_empty_routing_configuration() -> None:
    assert _settings(INPUTS)["RoutingConfig"] == {}
