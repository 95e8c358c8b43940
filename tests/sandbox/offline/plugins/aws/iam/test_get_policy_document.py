"""getPolicyDocument, where its recording has no case."""

import json
from typing import Any

import pytest

from sandbox.offline.plugins.aws.iam.get_policy_document import GetPolicyDocument
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.shapes import Shapes


def document(**arguments: Any) -> Any:
    function = GetPolicyDocument(Shapes())
    return json.loads(function.result(None, arguments)["json"])  # type: ignore[arg-type]  # needs no session


def test_policy_variables_are_written_with_an_ampersand() -> None:
    (statement,) = document(statements=[{"actions": ["s3:Get"], "resources": ["arn:aws:s3:::b/&{aws:username}"]}])[
        "Statement"
    ]
    assert statement["Resource"] == "arn:aws:s3:::b/${aws:username}"


def test_a_principal_for_everyone_is_a_star() -> None:
    everyone = [{"type": "*", "identifiers": ["*"]}]
    (statement,) = document(statements=[{"actions": ["s3:Get"], "principals": everyone}])["Statement"]
    assert statement["Principal"] == "*"


def test_conditions_on_one_variable_and_principals_of_one_type_are_joined() -> None:
    test = {"test": "StringEquals", "variable": "aws:SourceAccount"}
    (statement,) = document(
        statements=[
            {
                "principals": [{"type": "AWS", "identifiers": ["a"]}, {"type": "AWS", "identifiers": ["b"]}],
                "conditions": [{**test, "values": ["1"]}, {**test, "values": ["2"]}],
            }
        ]
    )["Statement"]
    assert statement["Principal"] == {"AWS": ["b", "a"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}


def test_an_override_of_no_statement_is_added() -> None:
    override = json.dumps({"Statement": {"Sid": "New", "Effect": "Deny", "Action": "*", "Resource": "*"}})
    statements = document(statements=[{"actions": ["s3:Get"]}], overridePolicyDocuments=[override])["Statement"]
    assert [each.get("Sid") for each in statements] == [None, "New"]


def test_a_sid_of_a_source_can_not_be_used_again() -> None:
    source = json.dumps({"Statement": [{"Sid": "S", "Effect": "Allow", "Action": "*", "Resource": "*"}]})
    with pytest.raises(Refused, match=r"duplicate Sid \(S\)"):
        document(sourcePolicyDocuments=[source], statements=[{"sid": "S", "actions": ["s3:Get"]}])
