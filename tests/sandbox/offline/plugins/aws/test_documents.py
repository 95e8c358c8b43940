import json
from typing import Any

import pytest

from sandbox.offline.plugins.aws.documents import compact, same_lifecycle, same_policy, version_first


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (policy(Action=["b", "a"]), policy(Action=["a", "b"])),
        (policy(Action=["a"]), policy(Action="a")),
        (policy(Action="a"), json.dumps(json.loads(policy(Action="a")), indent=4)),
    ],
)
def test_policies_that_allow_the_same_are_the_same(old: str, new: str) -> None:
    assert same_policy(old, new)


@pytest.mark.parametrize("changed", [{"Action": "b"}, {"Action": ["a", "b"]}, {"Action": "a", "Effect": "Deny"}])
def test_policies_that_allow_something_else_are_not(changed: dict[str, Any]) -> None:
    assert not same_policy(policy(Action="a"), policy(**changed))


def test_the_order_of_statements_does_not_matter() -> None:
    one, other = ({"Effect": "Allow", "Action": action, "Resource": "*"} for action in "ab")
    assert same_policy(json.dumps({"Statement": [one, other]}), json.dumps({"Statement": [other, one]}))


def test_a_lifecycle_rule_is_not_its_one_element_list() -> None:
    assert not same_lifecycle('{"rules": [{"a": 1}]}', '{"rules": {"a": 1}}')


def test_a_string_that_is_not_json_is_compared_and_kept_unchanged() -> None:
    assert same_policy("nope", "nope")
    assert not same_policy("nope", policy())
    assert compact("nope") == version_first("nope") == "nope"


def test_the_version_comes_first_in_identity_policies() -> None:
    assert version_first('{"Statement": [], "Id": "x", "Version": "1"}') == '{"Version":"1","Id":"x","Statement":[]}'


def test_letters_beyond_ascii_are_not_escaped() -> None:
    assert compact('{"Sid": "é"}') == '{"Sid":"é"}'
