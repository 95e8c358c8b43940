"""A stack's own key, and what protection keeps: from inside of a sandbox of their own."""

from collections.abc import Iterator

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout

pytestmark = pytest.mark.sandbox

NAME = "lambda-images-local-signer"


def configure(checkout: Checkout, key: str, value: str) -> None:
    checkout.pulumi("config", "set", key, value).ok()


@pytest.fixture(scope="module")
def encrypted(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A stack that has had a key of its own from its beginning."""
    checkout = Checkout.at(tmp_path_factory.mktemp("encrypted") / "checkout")
    checkout.add("signer", PROJECT / "examples" / "signer")
    checkout.edit(
        "modules/signer/handler.py", 'parameter(os.environ["SIGNING_KEY"])', 'secret(os.environ["SIGNING_KEY"])'
    )
    try:
        configure(checkout, "encryption", "customer")
        store = ("--path", "modules.signer.secrets.SIGNING_KEY.store", "secretsManager")
        checkout.pulumi("config", "set", *store).ok()
        for variable in ("SIGNING_KEY", "PEPPER"):
            path = f"secrets.signer.{variable}"
            checkout.pulumi("config", "set", "--secret", "--path", path, stdin="v").ok()
        checkout.edit("modules/signer/module.yaml", "secrets:", "triggers: {queues: {orders: {}}}\nsecrets:")
        checkout.aws("ssm").put_parameter(Name="/shared/salt", Value="v", Type="SecureString")
        checkout.up().ok()
        yield checkout
    finally:
        checkout.remove_sandbox()


def key_of(checkout: Checkout) -> str:
    return str(checkout.aws("kms").describe_key(KeyId="alias/lambda-images-local")["KeyMetadata"]["Arn"])


def keys_in_use(checkout: Checkout) -> dict[str, str]:
    """By what they encrypt, as AWS has it."""
    (repository,) = checkout.aws("ecr").describe_repositories(repositoryNames=[NAME])["repositories"]
    (group,) = checkout.aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{NAME}")["logGroups"]
    secrets = checkout.aws("secretsmanager")
    queues = checkout.aws("sqs")
    url = queues.get_queue_url(QueueName=f"{NAME}-orders")["QueueUrl"]
    queue = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    function = checkout.aws("lambda").get_function_configuration(FunctionName=NAME, Qualifier="live")
    return {
        "images": repository["encryptionConfiguration"]["kmsKey"],
        "logs": group["kmsKeyId"],
        "variables": function["KMSKeyArn"],
        "messages": queue.get("KmsMasterKeyId", ""),
        "signing key": secrets.describe_secret(SecretId=f"/lambda/{NAME}/SIGNING_KEY")["KmsKeyId"],
        "pepper": secrets.describe_secret(SecretId=f"/lambda/{NAME}/PEPPER")["KmsKeyId"],
    }


def test_one_key_encrypts_all_data(encrypted: Checkout) -> None:
    key = key_of(encrypted)
    data = ("images", "logs", "variables", "messages", "signing key", "pepper")
    assert keys_in_use(encrypted) == dict.fromkeys(data, key)
    assert encrypted.aws("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True


def test_a_new_value_of_a_secret_stays_encrypted_with_the_key(encrypted: Checkout) -> None:
    path = "secrets.signer.SIGNING_KEY"
    encrypted.pulumi("config", "set", "--secret", "--path", path, stdin="another").ok()
    encrypted.up().ok()
    assert set(keys_in_use(encrypted).values()) == {key_of(encrypted)}
    assert encrypted.preview_steps() == {}


def test_an_update_with_nothing_to_change_changes_nothing(encrypted: Checkout) -> None:
    before = encrypted.properties()
    assert encrypted.preview_steps() == {}
    encrypted.up().ok()
    assert encrypted.properties() == before


def test_another_encryption_is_refused_and_changes_nothing(encrypted: Checkout) -> None:
    before = keys_in_use(encrypted)
    configure(encrypted, "encryption", "aws")
    refused = encrypted.up()
    configure(encrypted, "encryption", "customer")
    assert f"the repository '{NAME}' is encrypted with {key_of(encrypted)}" in refused.failed()
    assert "Set lambda-images:encryption back to 'customer'" in refused.failed()
    assert keys_in_use(encrypted) == before
    assert encrypted.preview_steps() == {}


def test_a_protected_stack_is_not_destroyed(encrypted: Checkout) -> None:
    configure(encrypted, "protection", "true")
    encrypted.up().ok()
    refused = encrypted.pulumi("destroy", "--yes")
    protected = {resource["type"] for resource in encrypted.state() if resource.get("protect")}
    kept = {resource["type"] for resource in encrypted.state() if resource.get("retainOnDelete")}
    key, stopped = key_of(encrypted), encrypted.sandbox("down")
    configure(encrypted, "protection", "false")
    encrypted.up().ok()
    assert "it was stopped, and nothing of it was destroyed" in stopped.failed()
    assert key_of(encrypted) == key
    assert refused.code != 0 and "protected" in refused.stdout + refused.stderr
    assert protected == {"aws:cloudwatch/dashboard:Dashboard", "aws:kms/key:Key"}
    assert kept == {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ecr/repository:Repository",
        "aws:kms/key:Key",
        "aws:secretsmanager/secret:Secret",
        "aws:sqs/queue:Queue",
    }
    assert encrypted.aws("ecr").describe_repositories(repositoryNames=[NAME])["repositories"]
