"""A schedule that invokes the alias."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.json_text import json_text
from components.naming import trigger_name
from components.policy import policy
from components.settings.triggers import Schedule
from components.triggers.target import Outputs, Target


@dataclass(frozen=True, kw_only=True)
class ScheduleTriggerArgs:
    alias: aws.lambda_.Alias
    schedule_name: str
    """Of the schedule and of its role."""
    settings: Schedule
    permissions_boundary: str | None = None
    """ARN of a policy: what it doesn't allow, the schedule's role can't."""
    tags: Mapping[str, str] = field(default_factory=dict)


class ScheduleTrigger(pulumi.ComponentResource):
    """Invokes the alias when it is time, under a role that may do this alone."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: ScheduleTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:ScheduleTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-role",
            name=args.schedule_name,
            assume_role_policy=args.alias.arn.apply(lambda arn: json_text(trust_policy(arn))),
            permissions_boundary=args.permissions_boundary,
            tags=args.tags,
            opts=child,
        )
        invoke = aws.iam.RolePolicy(
            f"{name}-invoke",
            name="invoke",
            role=role.name,
            policy=args.alias.arn.apply(lambda arn: json_text(invoke_policy(arn))),
            opts=child,
        )
        schedule = aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.schedule_name,
            schedule_expression=args.settings.expression,
            schedule_expression_timezone=args.settings.timezone,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": args.alias.arn,
                "role_arn": role.arn,
                "input": json_text(args.settings.event),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[invoke]),
        )

        self.arn = schedule.arn
        self.register_outputs({"arn": self.arn})


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's schedules."""
    module = target.module
    for name, settings in module.settings.triggers.schedules.items():
        args = ScheduleTriggerArgs(
            alias=target.alias,
            schedule_name=trigger_name(module.physical_name, name),
            settings=settings,
            permissions_boundary=target.settings.permissions_boundary or None,
            tags=module.settings.tags,
        )
        ScheduleTrigger(f"{module.name}-{name}", args, opts)
    return {}


def trust_policy(alias_arn: str) -> Mapping[str, Any]:
    """For the schedules of the alias's own account and Region: a single schedule can't be named here, only its group.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    scope = AwsScope.of(alias_arn)
    source = {"aws:SourceAccount": scope.account, "aws:SourceArn": scope.default_schedule_group_arn()}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": source},
    }
    return policy([statement])


def invoke_policy(alias_arn: str) -> Mapping[str, Any]:
    statement = {"Sid": "InvokeAlias", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": alias_arn}
    return policy([statement])
