"""Who may call a function by its URL, and the permissions for that."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine

URL = "aws:lambda/functionUrl:FunctionUrl"
PERMISSION = "aws:lambda/permission:Permission"
NAME = "called"


@pytest.fixture(autouse=True)
def function(cloud: Any) -> Iterator[None]:
    zip_function(cloud("lambda"), NAME)
    cloud("lambda").create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    yield
    with suppress(cloud("lambda").exceptions.ResourceNotFoundException):
        cloud("lambda").delete_function_url_config(
            FunctionName=NAME, Qualifier="live"
        )  # the emulator keeps it when the function is deleted
    cloud("lambda").delete_function(FunctionName=NAME)


def statements(cloud: Any) -> dict[str, Any]:
    """The alias's policy, by statement id."""
    policy = json.loads(cloud("lambda").get_policy(FunctionName=NAME, Qualifier="live")["Policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_a_public_url_permits_public_calls_only_through_the_url(engine: Engine, cloud: Any) -> None:
    engine.create(URL, {"functionName": NAME, "qualifier": "live", "authorizationType": "NONE"})
    granted = statements(cloud)
    assert {each["Action"] for each in granted.values()} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert granted["FunctionURLAllowPublicAccess"]["Condition"] == {
        "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}
    }
    assert granted["FunctionURLAllowInvokeAction"]["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def test_a_public_url_can_be_created_again_when_its_permissions_still_exist(engine: Engine, cloud: Any) -> None:
    inputs = {"functionName": NAME, "qualifier": "live", "authorizationType": "NONE"}
    id, state = engine.create(URL, inputs)
    engine.delete(URL, id, inputs, state)
    assert engine.create(URL, inputs)[0] == id == f"{NAME}/live"
    assert len(statements(cloud)) == 2


def test_a_url_with_authorization_adds_no_public_permission(engine: Engine, cloud: Any) -> None:
    engine.create(URL, {"functionName": NAME, "qualifier": "live", "authorizationType": "AWS_IAM"})
    with pytest.raises(cloud("lambda").exceptions.ResourceNotFoundException):
        statements(cloud)


def test_a_permission_is_imported_by_function_qualifier_and_statement(engine: Engine) -> None:
    program = {
        "function": NAME,
        "qualifier": "live",
        "action": "lambda:InvokeFunction",
        "principal": "*",
        "invokedViaFunctionUrl": True,
        "statementId": "by-url",
    }
    id, state = engine.create(PERMISSION, program)
    imported_id, inputs, imported = engine.read(PERMISSION, f"{NAME}:live/by-url", {}, {})
    assert (imported_id, imported) == (id, state)
    assert {name: inputs[name] for name in program} == program


def test_an_account_as_principal_is_kept_although_aws_returns_an_arn(engine: Engine, cloud: Any) -> None:
    program = {"function": NAME, "action": "lambda:InvokeFunction", "principal": "arn:aws:iam::123456789012:root"}
    id, state = engine.create(PERMISSION, {**program, "statementId": "account"})
    _, _, read = engine.read(PERMISSION, id, program, {**state, "principal": "123456789012"})
    assert read["principal"] == "123456789012"
