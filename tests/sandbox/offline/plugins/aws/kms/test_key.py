from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

KEY = "aws:kms/key:Key"


@pytest.fixture
def key(engine: Engine) -> Any:
    """The id, the inputs and the state of a rotating key."""
    inputs, failures = engine.check(KEY, {"enableKeyRotation": True, "deletionWindowInDays": 7})
    assert failures == []
    id, state = engine.create(KEY, inputs)
    yield id, inputs, state
    engine.delete(KEY, id, inputs, state)


def test_a_key_is_rotated_with_the_given_period(engine: Engine, key: Any, cloud: Any) -> None:
    id, inputs, state = key
    assert cloud("kms").get_key_rotation_status(KeyId=id)["KeyRotationEnabled"]
    often = {**inputs, "rotationPeriodInDays": 90}
    assert engine.diff(KEY, id, state, inputs, often).diffs == ["rotationPeriodInDays"]
    assert engine.update(KEY, id, state, inputs, often)["rotationPeriodInDays"] == 90
    assert cloud("kms").get_key_rotation_status(KeyId=id)["RotationPeriodInDays"] == 90


def test_a_key_s_tags_change(engine: Engine, key: Any, cloud: Any) -> None:
    id, inputs, state = key
    tagged = {**inputs, "tags": {"a": "1", "b": "2"}}
    state = engine.update(KEY, id, state, inputs, tagged)
    state = engine.update(KEY, id, state, tagged, {**inputs, "tags": {"b": "3"}})
    assert state["tags"] == state["tagsAll"] == {"b": "3"}
    assert cloud("kms").list_resource_tags(KeyId=id)["Tags"] == [{"TagKey": "b", "TagValue": "3"}]


def test_a_key_is_disabled_and_enabled_again(engine: Engine, key: Any, cloud: Any) -> None:
    id, inputs, state = key
    disabled = {**inputs, "isEnabled": False, "description": "off"}
    state = engine.update(KEY, id, state, inputs, disabled)
    assert (state["isEnabled"], state["description"]) == (False, "off")
    state = engine.update(KEY, id, state, disabled, inputs)
    assert cloud("kms").describe_key(KeyId=id)["KeyMetadata"]["Enabled"]


def test_a_key_whose_deletion_is_scheduled_does_not_exist(engine: Engine, cloud: Any) -> None:
    id, state = engine.create(KEY, {"deletionWindowInDays": 7})
    engine.delete(KEY, id, {}, state)
    assert cloud("kms").describe_key(KeyId=id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert engine.read(KEY, id, {}, state)[0] == ""
    engine.delete(KEY, id, {}, state)


def test_a_rotation_period_needs_rotation(engine: Engine) -> None:
    _, (failure,) = engine.check(KEY, {"rotationPeriodInDays": 90})
    assert "all of `rotationPeriodInDays,enableKeyRotation` must be specified" in failure
