import json
from typing import Any

import pulumi
import pytest

from components.arn import AwsScope
from components.errors import ComponentError
from components.function.permissions import write_logs, write_traces
from components.function.role import ExecutionRole, ExecutionRoleArgs, existing_role, trust_policy
from tests.components.mocks import Recording, deploy

GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dev-thumbnail"


def role(**changes: Any) -> tuple[Any, Recording]:
    args: dict[str, Any] = {"role_name": "dev-thumbnail", "permissions": [write_logs(GROUP)]}
    return deploy(lambda: ExecutionRole("thumbnail", ExecutionRoleArgs(**args | changes)).arn)


def test_an_existing_role_must_be_in_the_stacks_account_and_partition() -> None:
    scope = AwsScope("aws", "eu-central-1", "123456789012")
    own = "arn:aws:iam::123456789012:role/team/orders"
    assert existing_role(own, scope) == own
    for other in (own.replace("123456789012", "210987654321"), own.replace("arn:aws:", "arn:aws-cn:")):
        with pytest.raises(ComponentError, match="a function can only have a role of its own account"):
            existing_role(other, scope)


def test_only_lambda_may_take_the_role() -> None:
    _, recording = role()
    trust = json.loads(recording.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust == trust_policy()
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_role_has_the_given_permissions_and_no_others() -> None:
    _, recording = role(permissions=pulumi.Output.from_input([write_logs(GROUP), write_traces()]))
    policy = json.loads(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy["Statement"] == [write_logs(GROUP), write_traces()]


def test_no_managed_policy_is_attached_unless_one_is_given() -> None:
    _, recording = role()
    assert recording.types == ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"]


def test_managed_policies_are_attached_by_their_names() -> None:
    read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    own = "arn:aws:iam::123456789012:policy/AmazonS3ReadOnlyAccess"
    _, recording = role(managed_policies={"theirs": read, "own": own})
    attached = recording.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {one.inputs["policyArn"] for one in attached} == {read, own}
    assert {one.name for one in attached} == {"thumbnail-theirs", "thumbnail-own"}


def test_what_uses_the_arn_waits_for_the_policies() -> None:
    def program() -> pulumi.Output[Any]:
        args = ExecutionRoleArgs(
            role_name="dev-thumbnail",
            permissions=[write_logs(GROUP)],
            managed_policies={"read": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        )
        return pulumi.Stash("user", input=ExecutionRole("thumbnail", args).arn).output

    arn, recording = deploy(program)
    assert arn == "arn:aws:iam::123456789012:role:dev-thumbnail"
    waited_for = " ".join(recording.request("pulumi:index:Stash").dependencies)
    assert "iam/rolePolicy:RolePolicy::" in waited_for
    assert "iam/rolePolicyAttachment:RolePolicyAttachment::" in waited_for


def test_what_the_role_may_be_given_is_bounded_where_a_boundary_is_set() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    _, recording = role(permissions_boundary=boundary)
    assert recording.one("aws:iam/role:Role").inputs["permissionsBoundary"] == boundary
    _, recording = role()
    assert "permissionsBoundary" not in recording.one("aws:iam/role:Role").inputs


def test_the_permissions_are_kept_until_the_alias_has_moved() -> None:
    def program() -> pulumi.Output[Any]:
        made = ExecutionRole("thumbnail", ExecutionRoleArgs(role_name="dev-thumbnail", permissions=[write_logs(GROUP)]))
        made.keep_until_served(pulumi.Stash("alias", input="8"))
        return made.arn

    _, recording = deploy(program)
    policies = {policy.name: policy for policy in recording.of("aws:iam/rolePolicy:RolePolicy")}
    wanted, kept = policies["thumbnail-rights"], policies["thumbnail-rights-served"]
    assert kept.inputs == {**wanted.inputs, "name": "rights-served"}
    needs = recording.requests["aws:iam/rolePolicy:RolePolicy", kept.name].dependencies
    assert any("pulumi:index:Stash::alias" in urn for urn in needs)
    assert not any(
        "::alias" in urn for urn in recording.requests["aws:iam/rolePolicy:RolePolicy", wanted.name].dependencies
    )


def test_the_role_is_tagged() -> None:
    _, recording = role(tags={"team": "pictures"})
    assert recording.one("aws:iam/role:Role").inputs["tags"] == {"team": "pictures"}
