"""The execution role of a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.errors import ComponentError
from components.json_text import json_text
from components.policy import Statement, policy


@dataclass(frozen=True, kw_only=True)
class ExecutionRoleArgs:
    role_name: str
    permissions: pulumi.Input[Sequence[Statement]]
    """The statements of the function's policy."""
    managed_policies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """ARNs of managed policies to attach, by the names of the attachments."""
    permissions_boundary: str | None = None
    """ARN of the policy that limits what the role's policies can allow."""
    tags: Mapping[str, str] = field(default_factory=dict)


class ExecutionRole:
    """A role that only Lambda can assume, with the given permissions and no others.

    All versions of a function run under one role, so that a change of its permissions reaches the version in service
    before the new version is checked. The role therefore has its permissions in two inline policies. The first has the
    wanted permissions before the function is updated; the second (`keep_until_served`) gets the same document only
    after the alias has moved, and until then has the permissions of the version that is still in service.
    """

    arn: pulumi.Output[str]
    """Known once the role's policies are attached, so that a function never starts without its permissions."""

    def __init__(self, name: str, args: ExecutionRoleArgs, parent: pulumi.Resource | None = None) -> None:
        child = pulumi.ResourceOptions(parent=parent)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=json_text(trust_policy()),
            permissions_boundary=args.permissions_boundary,
            tags=args.tags,
            opts=child,
        )
        self._name, self._parent = name, parent
        self._role_name = role.name
        permissions: pulumi.Output[Sequence[Statement]] = pulumi.Output.from_input(args.permissions)
        self._policy = permissions.apply(lambda statements: json_text(policy(statements)))
        rights = aws.iam.RolePolicy(f"{name}-rights", name="rights", role=role.name, policy=self._policy, opts=child)
        attached = [
            aws.iam.RolePolicyAttachment(f"{name}-{its}", role=role.name, policy_arn=arn, opts=child)
            for its, arn in args.managed_policies.items()
        ]

        attachments = (policy.id for policy in [rights, *attached])
        self.arn = pulumi.Output.all(role.arn, *attachments).apply(lambda known: str(known[0]))

    def keep_until_served(self, alias: pulumi.Resource) -> None:
        """Keep the permissions that the role had before, until the alias serves a version that needs the wanted ones.

        A managed policy that is no longer wanted needs nothing of the kind: Pulumi detaches it at the end of an update
        that succeeded.
        """
        aws.iam.RolePolicy(
            f"{self._name}-rights-served",
            name="rights-served",
            role=self._role_name,
            policy=self._policy,
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=[alias]),
        )


def existing_role(arn: str, scope: AwsScope) -> str:
    """Return the ARN of a role that the program didn't create.

    Raises ComponentError unless the role is in the stack's account, the only one whose roles Lambda takes.
    """
    found = AwsScope.of(arn)
    if (found.partition, found.account) == (scope.partition, scope.account):
        return arn
    raise ComponentError(
        f"the role {arn} is in account {found.account} of the partition {found.partition}, and this stack is in "
        f"{scope.account} of {scope.partition}: a function can only have a role of its own account. Name one in `role`"
    )


def trust_policy() -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return policy([statement])
