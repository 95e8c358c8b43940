"""Who may call a function by its URL, and what a permission tells of it."""

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
        cloud("lambda").delete_function_url_config(FunctionName=NAME, Qualifier="live")  # outlives its function here
    cloud("lambda").delete_function(FunctionName=NAME)


def statements(cloud: Any) -> dict[str, Any]:
    """The alias's policy, by statement id."""
    policy = json.loads(cloud("lambda").get_policy(FunctionName=NAME, Qualifier="live")["Policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_a_public_url_lets_everybody_call_the_function_through_it_and_not_otherwise(engine: Engine, cloud: Any) -> None:
    engine.create(URL, {"functionName": NAME, "qualifier": "live", "authorizationType": "NONE"})
    granted = statements(cloud)
    assert {each["Action"] for each in granted.values()} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert granted["FunctionURLAllowPublicAccess"]["Condition"] == {
        "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}
    }
    assert granted["FunctionURLAllowInvokeAction"]["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def test_a_public_url_can_be_made_again_where_its_permissions_stayed(engine: Engine, cloud: Any) -> None:
    inputs = {"functionName": NAME, "qualifier": "live", "authorizationType": "NONE"}
    id, state = engine.create(URL, inputs)
    engine.delete(URL, id, inputs, state)
    assert engine.create(URL, inputs)[0] == id == f"{NAME}/live"
    assert len(statements(cloud)) == 2


def test_a_url_that_asks_for_authorization_lets_nobody_in(engine: Engine, cloud: Any) -> None:
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


def test_an_account_that_may_call_stays_as_given_where_aws_makes_an_arn_of_it(engine: Engine, cloud: Any) -> None:
    program = {"function": NAME, "action": "lambda:InvokeFunction", "principal": "arn:aws:iam::123456789012:root"}
    id, state = engine.create(PERMISSION, {**program, "statementId": "account"})
    _, _, read = engine.read(PERMISSION, id, program, {**state, "principal": "123456789012"})
    assert read["principal"] == "123456789012"
