"""All triggers of one module."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.modules import Module
from components.naming import bucket_name, trigger_name
from components.settings import StackSettings
from components.triggers.bucket import BucketTrigger, BucketTriggerArgs
from components.triggers.queue import QueueTrigger, QueueTriggerArgs
from components.triggers.schedule import ScheduleTrigger, ScheduleTriggerArgs
from components.triggers.topic import TopicTrigger, TopicTriggerArgs
from components.triggers.url import UrlTrigger, UrlTriggerArgs

Outputs = Mapping[str, pulumi.Input[Any]]


@dataclass(frozen=True, kw_only=True)
class ConnectionArgs:
    module: Module
    alias: aws.lambda_.Alias
    settings: StackSettings
    key: pulumi.Input[str | None] = None
    """ARN of the KMS key that queues, buckets and topics are encrypted with; AWS's own if None.

    Queues and topics are not updated if this is an output that fails, because the repository has another encryption.
    """
    has_key: bool = False
    """Whether `key` will be the ARN of a key: the number of a bucket's resources depends on it."""


def connect(args: ConnectionArgs, opts: pulumi.ResourceOptions) -> Outputs:
    """Make what calls a module's function. Gives what callers need to know: `functionUrl`; `queueUrls`, `bucketNames`
    and `topicArns` by the names of the triggers. What there is none of is left out.
    """
    _connect_schedules(args, opts)
    outputs: dict[str, pulumi.Input[Any]] = {
        "queueUrls": _connect_queues(args, opts),
        "bucketNames": _connect_buckets(args, opts),
        "topicArns": _connect_topics(args, opts),
    }
    url = args.module.settings.triggers.url
    if url is not None:
        url_args = UrlTriggerArgs(alias=args.alias, settings=url)
        outputs["functionUrl"] = UrlTrigger(args.module.name, url_args, opts).url
    return {key: value for key, value in outputs.items() if value != {}}


def _connect_schedules(args: ConnectionArgs, opts: pulumi.ResourceOptions) -> None:
    for name, schedule in args.module.settings.triggers.schedules.items():
        schedule_args = ScheduleTriggerArgs(
            alias=args.alias,
            schedule_name=trigger_name(args.module.physical_name, name),
            settings=schedule,
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.module.settings.tags,
        )
        ScheduleTrigger(f"{args.module.name}-{name}", schedule_args, opts)


def _connect_queues(args: ConnectionArgs, opts: pulumi.ResourceOptions) -> Outputs:
    urls = {}
    for name, queue in args.module.settings.triggers.queues.items():
        queue_args = QueueTriggerArgs(
            alias=args.alias,
            queue_name=trigger_name(args.module.physical_name, name),
            timeout=args.module.settings.timeout,
            settings=queue,
            key=args.key,
            protection=args.settings.protection,
            tags=args.module.settings.tags,
        )
        urls[name] = QueueTrigger(f"{args.module.name}-{name}", queue_args, opts).url
    return urls


def _connect_buckets(args: ConnectionArgs, opts: pulumi.ResourceOptions) -> Outputs:
    names: dict[str, pulumi.Input[Any]] = {}
    buckets = args.module.settings.triggers.buckets
    if not buckets:
        return names
    # Not from the alias: a preview knows the name of a bucket then, although there is no alias yet.
    account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=opts.parent)).account_id
    for name, bucket in buckets.items():
        bucket_args = BucketTriggerArgs(
            alias=args.alias,
            bucket_name=pulumi.Output.all(args.module.physical_name, name, account).apply(lambda it: bucket_name(*it)),
            settings=bucket,
            key=args.key if args.has_key else None,
            force_delete=args.settings.force_delete,
            protection=args.settings.protection,
            tags=args.module.settings.tags,
        )
        names[name] = BucketTrigger(f"{args.module.name}-{name}", bucket_args, opts).bucket_name
    return names


def _connect_topics(args: ConnectionArgs, opts: pulumi.ResourceOptions) -> Outputs:
    arns = {}
    for name, topic in args.module.settings.triggers.topics.items():
        topic_args = TopicTriggerArgs(
            alias=args.alias,
            topic_name=trigger_name(args.module.physical_name, name),
            settings=topic,
            key=args.key,
            tags=args.module.settings.tags,
        )
        arns[name] = TopicTrigger(f"{args.module.name}-{name}", topic_args, opts).topic_arn
    return arns
