"""The rules, over the API as any client would meet them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push, running, settle

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
REPOSITORY = "team/functions"
GONE = "localhost:4566/team/functions@sha256:" + 64 * "0"


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> str:
    made = client(emulator, "iam").create_role(RoleName="strict", AssumeRolePolicyDocument=json.dumps(TRUST))
    arn: str = made["Role"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def image(emulator: Emulator) -> str:
    client(emulator, "ecr").create_repository(repositoryName=REPOSITORY)
    return push(emulator, REPOSITORY, "first", b"first")


@pytest.fixture
def function(emulator: Emulator, role: str, image: str) -> Iterator[str]:
    """With the alias `live` of its first version."""
    awslambda = client(emulator, "lambda")
    create(awslambda, "strict", role, image)
    settle(awslambda, "strict")
    awslambda.publish_version(FunctionName="strict")
    awslambda.create_alias(FunctionName="strict", Name="live", FunctionVersion="1")
    yield "strict"
    awslambda.delete_function(FunctionName="strict")


def create(awslambda: Any, name: str, role: str, image: str) -> None:
    awslambda.create_function(FunctionName=name, Role=role, PackageType="Image", Code={"ImageUri": image})


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)])
def test_an_event_that_is_too_large_is_refused(emulator: Emulator, function: str, kind: str, limit: int) -> None:
    invoke, event = client(emulator, "lambda").invoke, "x" * (limit - 2)
    invoke(FunctionName=function, InvocationType=kind, Payload=json.dumps(event))
    assert refusal(invoke, FunctionName=function, InvocationType=kind, Payload=json.dumps(f"{event}x")) == (
        "RequestEntityTooLargeException",
        f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
    )


def test_a_second_mapping_of_a_queue_to_an_alias_is_refused_with_the_first_ones_id(
    emulator: Emulator, function: str
) -> None:
    awslambda, sqs = client(emulator, "lambda"), client(emulator, "sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    live = {"FunctionName": f"{function}:live", "EventSourceArn": queue}
    first = awslambda.create_event_source_mapping(**live)["UUID"]
    assert refusal(awslambda.create_event_source_mapping, **live) == (
        "ResourceConflictException",
        f'An event source mapping with SQS arn (" {queue} ") and function (" {function} ") already exists. '
        f"Please update or delete the existing mapping with UUID {first}",
    )
    by_arn = awslambda.get_function(FunctionName=function)["Configuration"]["FunctionArn"] + ":live"
    assert refusal(awslambda.create_event_source_mapping, **{**live, "FunctionName": by_arn})[1].endswith(first)

    other = awslambda.create_event_source_mapping(**{**live, "FunctionName": function})["UUID"]
    awslambda.delete_event_source_mapping(UUID=first)
    again = awslambda.create_event_source_mapping(**live)["UUID"]
    for uuid in (other, again):
        awslambda.delete_event_source_mapping(UUID=uuid)


def test_an_image_that_the_registry_lacks_is_refused(emulator: Emulator, function: str, role: str) -> None:
    awslambda = client(emulator, "lambda")
    error = ("InvalidParameterValueException", f"Source image {GONE} does not exist. Provide a valid source image.")
    assert refusal(awslambda.update_function_code, FunctionName=function, ImageUri=GONE) == error
    code = {"ImageUri": GONE}
    made = {"FunctionName": "none", "Role": role, "PackageType": "Image", "Code": code}
    assert refusal(awslambda.create_function, **made) == error


def test_an_image_may_be_named_by_its_tag(emulator: Emulator, function: str, image: str) -> None:
    by_tag = image.partition("@")[0] + ":first"
    updated = client(emulator, "lambda").update_function_code(FunctionName=function, ImageUri=by_tag)
    assert updated["LastUpdateStatus"] == "InProgress"


def test_an_empty_image_configuration_takes_the_functions_own_away(emulator: Emulator, function: str) -> None:
    awslambda = client(emulator, "lambda")
    awslambda.update_function_configuration(FunctionName=function, ImageConfig={"Command": ["app.other"]})
    settle(awslambda, function)
    kept = awslambda.get_function_configuration(FunctionName=function)
    assert kept["ImageConfigResponse"] == {"ImageConfig": {"Command": ["app.other"]}}
    awslambda.update_function_configuration(FunctionName=function, ImageConfig={})
    assert "ImageConfigResponse" not in awslambda.get_function_configuration(FunctionName=function)


def test_reserved_concurrency_holds_for_aliases_and_versions(emulator: Emulator, function: str) -> None:
    awslambda = client(emulator, "lambda")
    awslambda.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    for qualifier in ("live", "1", "$LATEST"):
        code, _ = refusal(awslambda.invoke, FunctionName=function, Qualifier=qualifier)
        assert code == "TooManyRequestsException"
    awslambda.delete_function_concurrency(FunctionName=function)
    assert "FunctionError" in awslambda.invoke(FunctionName=function, Qualifier="live"), "there is no Docker here"


def test_a_function_whose_deleted_image_was_noticed_takes_code_and_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_DELETED_IMAGES", "noticed")
    with running(tmp_path / "home") as strict:
        awslambda, ecr = client(strict, "lambda"), client(strict, "ecr")
        arn = client(strict, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        ecr.create_repository(repositoryName=REPOSITORY)
        first = push(strict, REPOSITORY, "first", b"first")
        create(awslambda, "f", arn, first)
        settle(awslambda, "f")
        awslambda.update_function_configuration(FunctionName="f", MemorySize=256)
        settle(awslambda, "f")
        ecr.batch_delete_image(repositoryName=REPOSITORY, imageIds=[{"imageDigest": first.partition("@")[2]}])

        error = ("InvalidParameterValueException", "The function is trying to use a deleted image.")
        assert refusal(awslambda.update_function_configuration, FunctionName="f", MemorySize=512) == error
        assert refusal(awslambda.publish_version, FunctionName="f") == error
        awslambda.update_function_code(FunctionName="f", ImageUri=push(strict, REPOSITORY, "second", b"second"))
        settle(awslambda, "f")
        awslambda.update_function_configuration(FunctionName="f", MemorySize=512)
