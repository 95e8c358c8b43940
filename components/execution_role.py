"""The role that a function runs under."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ExecutionRoleArgs:
    role_name: str
    log_group_arn: pulumi.Input[str]
    """The one log group that the function may write to."""
    permissions_boundary: str | None = None
    """ARN of a policy: what it doesn't allow, no policy of the role can."""


class ExecutionRole(pulumi.ComponentResource):
    """A role for Lambda alone that may write to one log group, and nothing more."""

    arn: pulumi.Output[str]
    """Known once the role's policy is attached, so that a function never starts without its rights."""

    def __init__(self, name: str, args: ExecutionRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:ExecutionRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=json.dumps(trust_policy()),
            permissions_boundary=args.permissions_boundary,
            opts=child,
        )
        logs = aws.iam.RolePolicy(
            f"{name}-logs",
            name="logs",
            role=role.name,
            policy=pulumi.Output.from_input(args.log_group_arn).apply(lambda arn: json.dumps(logs_policy(arn))),
            opts=child,
        )

        self.arn = pulumi.Output.all(role.arn, logs.id).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn})


def trust_policy() -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def logs_policy(log_group_arn: str) -> Mapping[str, Any]:
    """No `logs:CreateLogGroup`: the group is the stack's own, and late logs must not bring a deleted one back."""
    statement = {
        "Sid": "WriteOwnLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group_arn.removesuffix(':*')}:*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
