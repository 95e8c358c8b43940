"""The policy files as AWS reads them: actions and resources that there are, and the limits that they promise."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

FILES = sorted((Path(__file__).parents[2] / "delivery" / "policies").glob("*.json"))
PLACEHOLDERS = {"ACCOUNT", "BUCKET", "KEY", "REGION", "REPOSITORY", "STACK"}
SHARED = {
    *("EndSubscriptions", "FindLogGroups", "FindNetworks", "FindParameters", "FindState", "LogInToRegistry"),
    *("ReadSecrets", "ReadStateFormat", "SeeAndTagConnections"),
    *("JoinNetwork", "LeaveNetwork", "SeeNetwork", "WriteTraces"),
}
"""Statements about what all stacks have in common, or what AWS can't limit to some of it."""


def statements(*names: str) -> Iterator[dict[str, Any]]:
    for file in FILES:
        if file.stem in names:
            yield from json.loads(file.read_text())["Statement"]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


GRANTS = [
    pytest.param(action, listed(statement["Resource"]), id=f"{statement['Sid']}-{action}")
    for statement in statements("boundary", "deploy", "preview")
    for action in listed(statement["Action"])
]


def kinds(action: str) -> list[tuple[str, str]]:
    """The access level of an action and the pattern of an ARN that AWS checks it for; `*` where it knows none."""
    service, name = action.split(":")
    known = get_action_data(service, name)
    assert known, f"AWS knows no {action}"
    return [(row["access_level"], re.sub(r"\$\{\w+\}", "*", row["resource_arn_format"])) for row in known[service]]


@pytest.mark.parametrize(("action", "resources"), GRANTS)
def test_aws_checks_the_action_for_such_resources(action: str, resources: list[str]) -> None:
    patterns = {pattern for _, pattern in kinds(action)}
    for resource in resources:
        arn = re.sub(r"\$\{\w+\}", "x", resource)
        fitting = {pattern for pattern in patterns - {"*"} if fnmatchcase(arn, pattern)}
        assert fitting if resource != "*" else patterns == {"*"}, "grant it for the resources that AWS checks"


def test_the_preview_role_only_reads() -> None:
    actions = [action for statement in statements("preview") for action in listed(statement["Action"])]
    levels = {action: {level for level, _ in kinds(action)} for action in actions}
    assert levels.pop("kms:Decrypt") == {"Write"}  # to AWS; it changes nothing
    assert set().union(*levels.values()) <= {"List", "Read"}


def test_everything_but_what_the_stacks_share_is_of_one_stack_alone() -> None:
    """By its resources, or by a condition where AWS gives them names of its own."""
    one_stack = re.compile(r"lambda-images[-/]\$\{STACK\}([-/.]|$)")
    for statement in statements("boundary", "deploy"):
        if statement["Sid"] not in SHARED:
            conditions = [text for test in statement.get("Condition", {}).values() for text in test.values()]
            limited = all(one_stack.search(resource) for resource in listed(statement["Resource"]))
            assert limited or any(one_stack.search(str(text)) for text in conditions), statement["Sid"]


def test_roles_are_passed_to_lambda_and_scheduler_alone() -> None:
    (passing,) = (statement for statement in statements("deploy") if "iam:PassRole" in listed(statement["Action"]))
    assert passing["Action"] == "iam:PassRole"
    services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": services}}


def test_a_role_is_made_and_given_policies_within_the_boundary_alone() -> None:
    making = {"iam:CreateRole", "iam:PutRolePolicy"}
    granting = [statement for statement in statements("deploy") if making & {*listed(statement["Action"])}]
    boundary = "arn:aws:iam::${ACCOUNT}:policy/lambda-images-${STACK}-boundary"
    assert [statement["Condition"] for statement in granting] == [
        {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    ]


def test_trust_is_in_one_exact_subject() -> None:
    for statement in statements("trust-deploy", "trust-preview"):
        assert list(statement["Condition"]) == ["StringEquals"]
        assert not any(set(text) & {"*", "?"} for text in statement["Condition"]["StringEquals"].values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_aws_takes_a_policy_of_this_size_with_long_names_filled_in(file: Path) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    largest = {"boundary": 6144, "deploy": 10_240, "preview": 10_240}  # a managed policy, and a role's inline ones
    filled = re.sub(r"\$\{\w+\}", "x" * 20, file.read_text())
    assert len("".join(filled.split())) <= largest.get(file.stem, 2048)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_placeholders_are_those_that_the_instructions_fill_in(file: Path) -> None:
    assert set(re.findall(r"\$\{?(\w+)", file.read_text())) <= PLACEHOLDERS
