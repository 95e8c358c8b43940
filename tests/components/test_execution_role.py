import json

import pulumi

from components.execution_role import ExecutionRole, ExecutionRoleArgs, logs_policy, trust_policy
from tests.components.mocks import deploy

GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dev-thumbnail"


def role_arn() -> pulumi.Output[str]:
    return ExecutionRole("thumbnail", ExecutionRoleArgs(role_name="dev-thumbnail", log_group_arn=GROUP)).arn


def test_only_lambda_may_take_the_role() -> None:
    _, recording = deploy(role_arn)
    trust = json.loads(recording.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust == trust_policy()
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_role_writes_to_its_own_log_group_and_nothing_more() -> None:
    _, recording = deploy(role_arn)
    policy = json.loads(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == f"{GROUP}:*"


def test_a_group_arn_that_already_ends_in_a_star_gets_no_second_one() -> None:
    assert logs_policy(f"{GROUP}:*") == logs_policy(GROUP)


def test_no_managed_policy_is_attached() -> None:
    _, recording = deploy(role_arn)
    assert recording.types == ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"]


def test_the_arn_waits_for_the_policy() -> None:
    arn, recording = deploy(role_arn)
    assert arn == "arn:aws:iam::123456789012:role:dev-thumbnail"
    assert recording.types[-1] == "aws:iam/rolePolicy:RolePolicy"


def test_what_the_role_may_be_given_is_bounded_where_a_boundary_is_set() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"

    def bounded() -> pulumi.Output[str]:
        args = ExecutionRoleArgs(role_name="dev-thumbnail", log_group_arn=GROUP, permissions_boundary=boundary)
        return ExecutionRole("thumbnail", args).arn

    _, recording = deploy(bounded)
    assert recording.one("aws:iam/role:Role").inputs["permissionsBoundary"] == boundary
    _, recording = deploy(role_arn)
    assert "permissionsBoundary" not in recording.one("aws:iam/role:Role").inputs
