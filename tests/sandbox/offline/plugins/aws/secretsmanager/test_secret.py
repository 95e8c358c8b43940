from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


@pytest.fixture
def arn(engine: Engine) -> Any:
    inputs, _ = engine.check(SECRET, {"recoveryWindowInDays": 0}, name="password")
    id, state = engine.create(SECRET, inputs, name="password")
    yield id
    engine.delete(SECRET, id, inputs, state)


def test_a_version_s_value_is_a_secret_in_all_answers(engine: Engine, arn: str, cloud: Any) -> None:
    inputs, failures = engine.check(VERSION, {"secretId": arn, "secretString": "hunter2"})
    assert failures == []
    id, state = engine.create(VERSION, inputs)
    _, preview = engine.create(VERSION, inputs, preview=True)
    _, imported_inputs, imported = engine.read(VERSION, id, {}, {})
    answers = [inputs, state, preview, imported_inputs, imported, engine.read(VERSION, id, inputs, state)[2]]
    assert [answer["secretString"] for answer in answers] == [{"<secret>": "hunter2"}] * len(answers)
    assert [repr(answer).count("hunter2") for answer in answers] == [1] * len(answers)
    assert cloud("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "hunter2"


def test_binary_values_are_kept_as_they_are(engine: Engine, arn: str, cloud: Any) -> None:
    id, state = engine.create(VERSION, {"secretId": arn, "secretBinary": "AAEC"})
    assert state["secretBinary"] == {"<secret>": "AAEC"}
    assert cloud("secretsmanager").get_secret_value(SecretId=arn)["SecretBinary"] == b"\x00\x01\x02"
    assert engine.diff(VERSION, id, state, {}, {"secretId": arn, "secretBinary": "AAEC"}).verdict == "none"


def test_a_binary_value_that_is_not_base64_is_refused_without_being_shown(engine: Engine) -> None:
    _, (failure,) = engine.check(VERSION, {"secretId": "s", "secretBinary": "hunter2"})
    assert failure == "expected secret_binary to be a base64-encoded string. Examine values at 'thing.secretBinary'."


def test_stages_move_to_the_version_that_lists_them(engine: Engine, arn: str, cloud: Any) -> None:
    old = {"secretId": arn, "secretString": "old", "versionStages": ["AWSCURRENT", "blue"]}
    engine.create(VERSION, old)
    new = {"secretId": arn, "secretString": "new"}
    id, state = engine.create(VERSION, new)
    taking = {**new, "versionStages": ["blue", "AWSCURRENT"]}
    state = engine.update(VERSION, id, state, new, taking)
    assert sorted(state["versionStages"]) == ["AWSCURRENT", "blue"]
    assert cloud("secretsmanager").get_secret_value(SecretId=arn, VersionStage="blue")["SecretString"] == "new"
    engine.delete(VERSION, id, taking, state)
    assert engine.read(VERSION, id, taking, state)[2]["versionStages"] == ["AWSCURRENT"]


def test_a_version_does_not_exist_after_the_deletion_of_its_secret(engine: Engine, cloud: Any) -> None:
    inputs, _ = engine.check(SECRET, {"recoveryWindowInDays": 7}, name="short-lived")
    secret, state = engine.create(SECRET, inputs)
    id, version = engine.create(VERSION, {"secretId": secret, "secretString": "v"})
    engine.delete(SECRET, secret, inputs, state)
    assert "DeletedDate" in cloud("secretsmanager").describe_secret(SecretId=secret)
    assert engine.read(SECRET, secret, inputs, state)[0] == ""
    assert engine.read(VERSION, id, {}, version)[0] == ""


def test_a_secret_s_policy_is_set(engine: Engine, arn: str, cloud: Any) -> None:
    inputs = {"name": arn.split(":")[-1][:-7], "recoveryWindowInDays": 0}
    _, _, state = engine.read(SECRET, arn, inputs, {})
    policy = '{"Statement":[{"Action":"secretsmanager:GetSecretValue","Effect":"Deny","Principal":"*","Resource":"*"}]}'
    state = engine.update(SECRET, arn, state, inputs, {**inputs, "policy": policy})
    assert cloud("secretsmanager").get_resource_policy(SecretId=arn)["ResourcePolicy"] == state["policy"] == policy


def test_a_secret_is_imported_by_its_arn_alone(engine: Engine, arn: str) -> None:
    """The official provider doesn't accept the name of a secret, although AWS does."""
    name = arn.rpartition(":")[2][: -len("-abcdef")]
    assert engine.read(SECRET, name, {}, {})[0] == ""
    assert engine.read(SECRET, arn, {}, {})[0] == arn
