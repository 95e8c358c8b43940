"""A function with versions in the emulator, and a folder with the files of stacks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.function.release import Live
from components.naming import MODULE_TAG, OWNER_TAG
from delivery.live import Function
from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push, running, settle

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
NAME = "lambda-images-dev-orders"
TAGS = {OWNER_TAG: "lambda-images/dev", MODULE_TAG: "orders"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("live") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> str:
    made = client(emulator, "iam").create_role(RoleName="orders", AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(made["Role"]["Arn"])


@pytest.fixture
def orders(emulator: Emulator, role: str) -> Iterator[Function]:
    """A function with three versions, of which the second one failed its checks, and the third one is served."""
    ecr, awslambda = client(emulator, "ecr"), client(emulator, "lambda")
    ecr.create_repository(repositoryName=NAME)
    for number in (1, 2, 3):
        uri = push(emulator, NAME, f"0123456789ab-20261128T143000000Z-{number}c0ffee", f"layer {number}".encode())
        if number == 1:
            code: Any = {"ImageUri": uri}
            awslambda.create_function(FunctionName=NAME, Role=role, PackageType="Image", Code=code, Tags=TAGS)
        else:
            awslambda.update_function_code(FunctionName=NAME, ImageUri=uri)
        settle(awslambda, NAME)
        awslambda.publish_version(FunctionName=NAME)
    awslambda.create_alias(FunctionName=NAME, Name="live", FunctionVersion="3", Description="passed 1 3")
    clients = {"lambda": awslambda, "ecr": ecr, "cloudwatch": client(emulator, "cloudwatch")}
    yield Function("orders", NAME, clients.__getitem__)
    awslambda.delete_function(FunctionName=NAME)
    ecr.delete_repository(repositoryName=NAME, force=True)


def live(function: Function) -> Live:
    alias = function.alias()
    assert alias is not None
    return alias.live


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: lambda-images\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-central-1\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n  lambda-images:namePrefix: shop\n")
    return tmp_path
