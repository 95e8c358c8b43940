"""Parameters, whose values are never shown."""

from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

PARAMETER = "aws:ssm/parameter:Parameter"
HIDDEN = {"<secret>": "hunter2"}


@pytest.fixture
def parameter(engine: Engine) -> Any:
    """The id, the inputs and the state of a SecureString."""
    inputs, failures = engine.check(PARAMETER, {"type": "SecureString", "value": "hunter2"}, name="password")
    assert failures == []
    id, state = engine.create(PARAMETER, inputs, name="password")
    yield id, inputs, state
    engine.delete(PARAMETER, id, inputs, state)


def test_the_value_is_a_secret_in_all_answers(engine: Engine, parameter: Any) -> None:
    id, inputs, state = parameter
    _, preview = engine.create(PARAMETER, inputs, preview=True)
    _, imported_inputs, imported = engine.read(PARAMETER, id, {}, {})
    _, read_inputs, read = engine.read(PARAMETER, id, inputs, state)
    answers = [inputs, state, preview, imported_inputs, imported, read_inputs, read]
    assert [answer["value"] for answer in answers] == [HIDDEN] * len(answers)
    assert [repr(answer).count("hunter2") for answer in answers] == [1] * len(answers)


def test_a_changed_value_is_a_secret_too(engine: Engine, parameter: Any, cloud: Any) -> None:
    id, inputs, state = parameter
    changed, _ = engine.check(PARAMETER, {**inputs, "value": "changed"}, inputs)
    preview = engine.update(PARAMETER, id, state, inputs, changed, preview=True)
    after = engine.update(PARAMETER, id, state, inputs, changed)
    assert preview["value"] == after["value"] == {"<secret>": "changed"}
    assert repr(after).count("changed") == 1
    assert cloud("ssm").get_parameter(Name=id, WithDecryption=True)["Parameter"]["Value"] == "changed"


def test_a_value_of_a_wrong_type_is_not_shown(engine: Engine) -> None:
    _, (failure,) = engine.check(PARAMETER, {"type": "SecureString", "value": {"password": "hunter2"}})
    assert failure == "expected value to be a string, got a secret. Examine values at 'thing.value'."


def test_a_secure_value_can_not_be_given_as_an_insecure_one(engine: Engine) -> None:
    _, (failure,) = engine.check(PARAMETER, {"type": "SecureString", "insecureValue": "hunter2"})
    assert failure.startswith("invalid configuration, cannot set type = SecureString and insecure_value")
    assert "hunter2" not in failure


def test_an_insecure_value_is_shown(engine: Engine) -> None:
    inputs, _ = engine.check(PARAMETER, {"name": "open", "type": "String", "insecureValue": "seen"})
    id, state = engine.create(PARAMETER, inputs)
    assert state["insecureValue"] == "seen"
    assert engine.diff(PARAMETER, id, state, inputs, inputs).verdict == "none"
    engine.delete(PARAMETER, id, inputs, state)


def test_an_update_of_the_value_omits_the_key_and_aws_uses_its_own(engine: Engine, cloud: Any) -> None:
    """As in the official provider, which sends the key only if it differs."""
    key = cloud("kms").create_key()["KeyMetadata"]["Arn"]
    inputs, _ = engine.check(PARAMETER, {"type": "SecureString", "value": "v", "keyId": key}, name="keyed")
    id, state = engine.create(PARAMETER, inputs, name="keyed")
    assert state["keyId"] == key
    changed = {**inputs, "value": "w"}
    state = engine.update(PARAMETER, id, state, inputs, changed)
    assert state["keyId"] == "alias/aws/ssm"
    assert engine.diff(PARAMETER, id, state, changed, changed).diffs == ["keyId"]
    assert engine.update(PARAMETER, id, state, changed, changed)["keyId"] == key
    engine.delete(PARAMETER, id, changed, state)


def test_an_update_of_the_value_keeps_the_description(engine: Engine) -> None:
    inputs, _ = engine.check(PARAMETER, {"type": "SecureString", "value": "v", "description": "d"}, name="described")
    id, state = engine.create(PARAMETER, inputs, name="described")
    state = engine.update(PARAMETER, id, state, inputs, {**inputs, "value": "w"})
    assert state["description"] == "d"
    without = {name: value for name, value in inputs.items() if name != "description"}
    assert engine.update(PARAMETER, id, state, inputs, without)["description"] == ""
    engine.delete(PARAMETER, id, without, state)
