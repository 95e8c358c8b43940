"""An SNS topic whose messages the alias is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.naming import trigger_name
from components.settings.triggers import Topic
from components.triggers.target import Outputs, Target, permission_options

_SCOPES = {"messageAttributes": "MessageAttributes", "messageBody": "MessageBody"}
"""By setting."""


@dataclass(frozen=True, kw_only=True)
class TopicTriggerArgs:
    alias: aws.lambda_.Alias
    topic_name: str
    """Of the topic to make, if the settings name none that exists."""
    settings: Topic
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key to encrypt with; none if None: SNS has no key of its own that other services could use."""
    tags: Mapping[str, str] = field(default_factory=dict)


class TopicTrigger(pulumi.ComponentResource):
    """Subscribes the alias to a topic: one of its own, or one of others."""

    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: TopicTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:TopicTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        alias, existing = args.alias, args.settings.existing

        if existing:
            self.topic_arn = pulumi.Output.from_input(existing)
        else:
            self.topic_arn = aws.sns.Topic(
                f"{name}-topic", name=args.topic_name, kms_master_key_id=args.kms_key_arn, tags=args.tags, opts=child
            ).arn
        # No `source_account`: a topic's ARN names its account, unlike a bucket's. Lambda's console sets none for SNS
        # either. Not every service sends its account, and with such a condition all messages would silently be lost.
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            statement_id=f"{name}-topic",
            action="lambda:InvokeFunction",
            function=alias.function_name,
            qualifier=alias.name,
            principal="sns.amazonaws.com",
            source_arn=self.topic_arn,
            opts=permission_options(self),
        )
        aws.sns.TopicSubscription(
            f"{name}-subscription",
            topic=self.topic_arn,
            protocol="lambda",
            endpoint=alias.arn,
            filter_policy=json_text(args.settings.filter) if args.settings.filter else None,
            filter_policy_scope=_SCOPES[args.settings.filter_scope] if args.settings.filter else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.register_outputs({"topicArn": self.topic_arn})


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's topics: `topicArns` by name."""
    module, arns = target.module, {}
    for name, settings in module.settings.triggers.topics.items():
        args = TopicTriggerArgs(
            alias=target.alias,
            topic_name=trigger_name(module.physical_name, name),
            settings=settings,
            kms_key_arn=target.kms_key_arn,
            tags=module.settings.tags,
        )
        arns[name] = TopicTrigger(f"{module.name}-{name}", args, opts).topic_arn
    return {"topicArns": arns}
