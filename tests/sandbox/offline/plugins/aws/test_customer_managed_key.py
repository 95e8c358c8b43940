"""Resources that are encrypted with a customer managed key."""

from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

ROLE = "arn:aws:iam::000000000000:role/encrypted"
IMAGE = {"packageType": "Image", "imageUri": f"localhost:1/f@sha256:{'1' * 64}", "role": ROLE}


@pytest.fixture(scope="module")
def key(cloud: Any) -> Any:
    cloud("iam").create_role(RoleName="encrypted", AssumeRolePolicyDocument="{}")
    return cloud("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.mark.parametrize(
    ("token", "property", "others"),
    [
        ("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", {}),
        ("aws:lambda/function:Function", "kmsKeyArn", IMAGE),
        ("aws:secretsmanager/secret:Secret", "kmsKeyId", {"recoveryWindowInDays": 0}),
        ("aws:sns/topic:Topic", "kmsMasterKeyId", {}),
        ("aws:sqs/queue:Queue", "kmsMasterKeyId", {}),
        ("aws:ssm/parameter:Parameter", "keyId", {"type": "SecureString", "value": "v"}),
    ],
)
def test_a_resource_is_encrypted_with_the_given_key(
    engine: Engine, key: str, token: str, property: str, others: dict[str, Any]
) -> None:
    inputs, failures = engine.check(token, {**others, property: key}, name="encrypted")
    assert failures == []
    id, state = engine.create(token, inputs, name="encrypted")
    assert state[property] == key
    _, _, read = engine.read(token, id, inputs, state)
    assert engine.diff(token, id, read, inputs, inputs).verdict == "none"
    engine.delete(token, id, inputs, state)


def test_a_repository_is_encrypted_with_its_key_and_replaced_when_the_key_changes(
    engine: Engine, key: str, cloud: Any
) -> None:
    token = "aws:ecr/repository:Repository"
    inputs = {"name": "encrypted", "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": key}]}
    id, state = engine.create(token, inputs)
    (repository,) = cloud("ecr").describe_repositories(repositoryNames=[id])["repositories"]
    assert repository["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key}
    assert engine.diff(token, id, state, inputs, inputs).verdict == "none"
    plain = {**inputs, "encryptionConfigurations": [{"encryptionType": "AES256"}]}
    assert engine.diff(token, id, state, inputs, plain).replaces == ["encryptionConfigurations"]
    engine.delete(token, id, inputs, state)


@pytest.mark.parametrize(
    ("token", "before"),
    [("aws:sns/topic:Topic", {}), ("aws:sqs/queue:Queue", {"sqsManagedSseEnabled": True})],
)
def test_an_existing_queue_or_topic_gets_a_key_without_replacement(
    engine: Engine, key: str, cloud: Any, token: str, before: dict[str, Any]
) -> None:
    inputs, _ = engine.check(token, {"name": "older", **before})
    id, state = engine.create(token, inputs)
    wanted, failures = engine.check(token, {"name": "older", "kmsMasterKeyId": key}, inputs)
    assert failures == []
    change = engine.diff(token, id, state, inputs, wanted)
    assert (change.verdict, change.replaces) == ("update", [])
    state = engine.update(token, id, state, inputs, wanted)
    assert state["kmsMasterKeyId"] == key
    assert engine.diff(token, id, state, wanted, wanted).verdict == "none"
    engine.delete(token, id, wanted, state)


def test_a_queue_has_one_kind_of_encryption(engine: Engine, key: str) -> None:
    """As in the official provider, there is a failure for each of both properties."""
    _, failures = engine.check("aws:sqs/queue:Queue", {"kmsMasterKeyId": key, "sqsManagedSseEnabled": True})
    assert len(failures) == 2 and all("conflicts with" in failure for failure in map(str, failures))
