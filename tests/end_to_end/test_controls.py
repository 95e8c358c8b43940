"""Each control of the table in docs/security.md, looked up in a stack with every trigger, with each encryption."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.conftest import TINY
from tests.security.controls import CONTROLS, Control

pytestmark = pytest.mark.sandbox

LOOKED_UP = [control for control in CONTROLS if control.look]
STORED = "modules.signer.secrets.SIGNING_KEY.store"


@dataclass(frozen=True)
class Deployed:
    checkout: Checkout
    encryption: str


@pytest.fixture(scope="module", params=["aws", pytest.param("customer", marks=pytest.mark.thorough)])
def deployed(
    request: pytest.FixtureRequest, docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    checkout = Checkout.at(tmp_path_factory.mktemp("controls") / "checkout")
    checkout.add("listener", TINY / "listener")
    checkout.edit("modules/listener/module.yaml", "triggers:\n", "triggers:\n  routes: {GET /: {}}\n")
    checkout.add("signer", PROJECT / "examples" / "signer")
    handler = checkout.root / "modules" / "signer" / "handler.py"
    handler.write_text(handler.read_text().replace("parameter(os", "secret(os", 1))
    try:
        checkout.pulumi("config", "set", "encryption", request.param).ok()
        checkout.pulumi("config", "set", "--path", STORED, "secretsManager").ok()
        for variable in ("SIGNING_KEY", "PEPPER"):
            path = f"secrets.signer.{variable}"
            checkout.pulumi("config", "set", "--secret", "--path", path, stdin="v").ok()
        checkout.aws("ssm").put_parameter(Name="/shared/salt", Value="v", Type="SecureString")
        checkout.up().ok()
        yield Deployed(checkout, request.param)
    finally:
        checkout.remove_sandbox()


@pytest.mark.parametrize("control", LOOKED_UP, ids=lambda control: control.id)
def test_a_control_passes_as_the_table_says(deployed: Deployed, control: Control) -> None:
    assert control.look is not None
    looked = dict(control.look(deployed.checkout.aws))
    assert bool(looked) is (deployed.encryption not in control.absent), "what it is about"
    if looked and deployed.encryption in control.passes:
        assert all(looked.values()), looked
    elif looked:
        assert not any(looked.values()), f"the table says that it fails: {looked}"


def test_one_key_encrypts_all_data_of_a_stack_that_has_one(deployed: Deployed) -> None:
    aws = deployed.checkout.aws
    aliases = {alias["AliasName"]: alias.get("TargetKeyId") for alias in aws("kms").list_aliases()["Aliases"]}
    id = aliases.get("alias/lambda-images-local")
    used = {str(found.get("KmsMasterKeyId", "")).rpartition("/")[2] for found in encrypted(deployed)}
    assert used == ({id} if deployed.encryption == "customer" else {""})


def encrypted(deployed: Deployed) -> Iterator[dict[str, str]]:
    """The attributes of queues and topics, and the default encryption of buckets in their form."""
    outputs, aws = deployed.checkout.outputs()["listener"], deployed.checkout.aws
    queues: dict[str, str] = outputs["queueUrls"]  # type: ignore[assignment]  # a mapping, as the program gives it
    for url in (queues["orders"], queues["orders"] + "-dead"):
        yield aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    for topic in aws("sns").list_topics()["Topics"]:
        yield aws("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    for bucket in aws("s3").list_buckets()["Buckets"]:
        if bucket["Name"].startswith("lambda-images-local"):
            (rule,) = aws("s3").get_bucket_encryption(Bucket=bucket["Name"])["ServerSideEncryptionConfiguration"][
                "Rules"
            ]
            yield {"KmsMasterKeyId": rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID", "")}


def test_nothing_is_left_to_do(deployed: Deployed) -> None:
    assert deployed.checkout.preview_steps() == {}
