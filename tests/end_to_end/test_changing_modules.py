"""Modules that are removed, renamed, brought back and adopted, in a stack without the sandbox's `forceDelete`."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.baseline import Baseline, shipped
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

NAME = "lambda-images-local-keeper-of-all"
SECRETS = "secrets: {KEY: {}, PEPPER: {store: secretsManager}}\n"


@pytest.fixture(scope="module")
def baseline(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baseline]:
    checkout = Checkout.at(tmp_path_factory.mktemp("changing") / "checkout")
    checkout.add("adder", TINY / "adder")
    checkout.pulumi("config", "set", "forceDelete", "false").ok()
    with shipped(checkout, update) as baseline:
        yield baseline


@pytest.fixture
def stack(baseline: Baseline) -> Checkout:
    """A stack with one module that stays; what a stack in the cloud has by default."""
    return baseline.restore()


def update(checkout: Checkout) -> str:
    """As a pipeline does it; returns what recovery has said."""
    said = checkout.recover().ok()
    checkout.pulumi("up", "--yes", "--skip-preview").ok()
    assert checkout.preview_steps() == {}
    return said


def add(checkout: Checkout, name: str = "keeper-of-all") -> Path:
    """A module with everything that holds data."""
    module = checkout.add(name, TINY / "listener")
    with (module / "module.yaml").open("a") as settings:
        settings.write(SECRETS)
    set_secrets(checkout, name)
    return module


def set_secrets(checkout: Checkout, name: str = "keeper-of-all", value: str = "planted") -> None:
    for variable in ("KEY", "PEPPER"):
        checkout.pulumi("config", "set", "--secret", "--path", f"secrets.{name}.{variable}", value).ok()


def remove(checkout: Checkout, name: str = "keeper-of-all") -> None:
    shutil.rmtree(checkout.root / "modules" / name)
    checkout.pulumi("config", "rm", "--path", f"secrets.{name}").ok()


def has(ask: Any) -> bool:
    try:
        return bool(ask())
    except ClientError:
        return False


def left(checkout: Checkout) -> set[str]:
    """What AWS has of the module."""
    bucket = f"{NAME}-uploads-000000000000"
    asked = {
        "function": lambda: checkout.aws("lambda").get_function(FunctionName=NAME),
        "role": lambda: checkout.aws("iam").get_role(RoleName=NAME),
        "repository": lambda: checkout.aws("ecr").describe_repositories(repositoryNames=[NAME]),
        "logs": lambda: checkout.aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{NAME}")["logGroups"],
        "parameter": lambda: checkout.aws("ssm").get_parameter(Name=f"/lambda/{NAME}/KEY"),
        "queue": lambda: checkout.aws("sqs").get_queue_url(QueueName=f"{NAME}-orders"),
        "bucket": lambda: checkout.aws("s3").get_bucket_versioning(Bucket=bucket),
        "secret": lambda: (
            "DeletedDate" not in checkout.aws("secretsmanager").describe_secret(SecretId=f"/lambda/{NAME}/PEPPER")
        ),
    }
    return {what for what, ask in asked.items() if has(ask)}


def guards(checkout: Checkout, bucket: str) -> set[str]:
    """What AWS still has of what the program set for a bucket."""
    s3 = checkout.aws("s3")
    asked = {
        "closed": lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"][
            "BlockPublicAcls"
        ],
        "TLS": lambda: "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"],
        "versions": lambda: s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled",
        "lifecycle": lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
    }
    return {what for what, ask in asked.items() if has(ask)}


def pepper(checkout: Checkout) -> str:
    found = checkout.aws("secretsmanager").get_secret_value(SecretId=f"/lambda/{NAME}/PEPPER")
    return str(found["SecretString"])


def test_a_module_with_images_and_objects_is_removed_brought_back_and_deleted_with_its_stack(stack: Checkout) -> None:
    add(stack)
    update(stack)
    bucket = stack.outputs()["keeper-of-all"]["bucketNames"]["uploads"]  # type: ignore[index]  # by trigger
    stack.aws("s3").put_object(Bucket=bucket, Key="in/kept", Body=b"kept")
    assert left(stack) >= {"function", "repository", "bucket", "secret", "parameter"}

    remove(stack)
    (kept,) = re.findall("keeper-of-all is deleted; kept in AWS: (.*)\n", stack.preview())
    assert {*kept.split(", ")} == {f"uploads-{what}" for what in ("bucket", "lifecycle", "private", "tls", "versions")}
    update(stack)
    assert left(stack) == {"bucket"}
    assert guards(stack, bucket) == {"closed", "TLS", "versions", "lifecycle"}
    assert stack.invoke("adder") == {"sum": 6}

    add(stack)
    set_secrets(stack, value="new")
    update(stack)
    assert pepper(stack) == "new"
    assert stack.aws("s3").get_object(Bucket=bucket, Key="in/kept")["Body"].read() == b"kept"

    stack.pulumi("config", "set", "forceDelete", "true").ok()
    update(stack)
    stack.pulumi("destroy", "--yes").ok()
    assert stack.aws("lambda").list_functions()["Functions"] == []
    assert stack.aws("ecr").describe_repositories()["repositories"] == []
    assert stack.aws("logs").describe_log_groups()["logGroups"] == []
    assert bucket not in [each["Name"] for each in stack.aws("s3").list_buckets()["Buckets"]]


@pytest.mark.thorough
def test_a_protected_module_is_removed_in_one_update_and_comes_back_with_what_it_had(stack: Checkout) -> None:
    stack.pulumi("config", "set", "protection", "true").ok()
    add(stack)
    update(stack)
    refused = stack.pulumi("destroy", "--yes")
    assert refused.code != 0
    assert "monitoring-dashboard-1" in refused.stdout + refused.stderr
    assert stack.invoke("adder") == {"sum": 6}

    queue = stack.aws("sqs").get_queue_url(QueueName=f"{NAME}-orders")["QueueUrl"]
    remove(stack)
    update(stack)
    assert left(stack) == {"bucket", "logs", "parameter", "queue", "repository", "secret"}
    stack.aws("sqs").send_message(QueueUrl=queue, MessageBody="waiting")

    add(stack)
    said = update(stack)
    for kept in ("repository", "logs", "orders-queue", "orders-dead", "KEY", "PEPPER"):
        assert f"keeper-of-all-{kept}: already exists and was imported" in said
    assert stack.invoke("adder") == {"sum": 6}

    stack.pulumi("config", "set", "protection", "false").ok()
    stack.pulumi("up", "--yes", "--skip-preview").ok()


@pytest.mark.thorough
def test_a_renamed_module_is_another_one(stack: Checkout) -> None:
    add(stack)
    update(stack)
    shutil.move(stack.root / "modules" / "keeper-of-all", stack.root / "modules" / "renamed")
    stack.pulumi("config", "rm", "--path", "secrets.keeper-of-all").ok()
    set_secrets(stack, "renamed")
    update(stack)
    assert left(stack) == {"bucket"}
    assert stack.outputs()["renamed"]["functionName"] == "lambda-images-local-renamed"


def test_what_another_tool_has_made_is_reported_and_taken_over_when_asked(stack: Checkout) -> None:
    group = "/aws/lambda/lambda-images-local-newcomer"
    stack.aws("logs").create_log_group(logGroupName=group)
    stack.add("newcomer", TINY / "greeter")
    stack.recover().ok()
    failed = stack.pulumi("up", "--yes", "--skip-preview")
    assert failed.code != 0 and "ResourceAlreadyExistsException" in failed.stdout + failed.stderr

    reported = stack.recover().ok()
    assert "newcomer-logs: already exists, but its tag does not name this stack" in reported
    assert not [one for one in stack.state() if one["urn"].endswith("::newcomer-logs")]

    assert "newcomer-logs: already exists and was imported" in stack.recover("--adopt", "newcomer").ok()
    stack.pulumi("up", "--yes", "--skip-preview").ok()
    (found,) = stack.aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 1
    assert stack.preview_steps() == {}
