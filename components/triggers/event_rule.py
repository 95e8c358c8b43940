"""A rule of EventBridge that sends events of a bus to the alias."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.naming import trigger_name
from components.settings.triggers import EventRule
from components.triggers.target import Outputs, Target, permission_options

TARGET_ID = "live"
"""Given, because EventBridge would keep the target of a killed run beside one with another id, and call it twice."""


@dataclass(frozen=True, kw_only=True)
class EventRuleTriggerArgs:
    alias: aws.lambda_.Alias
    rule_name: str
    settings: EventRule
    tags: Mapping[str, str] = field(default_factory=dict)


class EventRuleTrigger(pulumi.ComponentResource):
    """Sends the alias the events of a bus that match a pattern. EventBridge invokes it asynchronously."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EventRuleTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:EventRuleTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            name=args.rule_name,
            event_bus_name=args.settings.bus,
            event_pattern=json_text(args.settings.pattern),
            tags=args.tags,
            opts=child,
        )
        # No `source_account`: a rule's ARN names its account, and AWS documents no account in EventBridge's calls. If
        # there is none, such a condition would silently lose all events.
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            statement_id=f"{name}-event",
            action="lambda:InvokeFunction",
            function=args.alias.function_name,
            qualifier=args.alias.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=permission_options(self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            event_bus_name=args.settings.bus,
            target_id=TARGET_ID,
            arn=args.alias.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )

        self.arn = rule.arn
        self.register_outputs({"arn": self.arn})


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's rules of EventBridge."""
    module = target.module
    for name, settings in module.settings.triggers.events.items():
        args = EventRuleTriggerArgs(
            alias=target.alias,
            rule_name=trigger_name(module.physical_name, name),
            settings=settings,
            tags=module.settings.tags,
        )
        EventRuleTrigger(f"{module.name}-{name}", args, opts)
    return {}
