"""An SQS queue whose messages the alias works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.naming import dead_letter_name, queue_name
from components.protection import stateful_options
from components.settings.triggers import Queue
from components.triggers.target import Outputs, Target, filter_criteria

LONGEST_RETENTION = 1_209_600
"""Seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""


@dataclass(frozen=True, kw_only=True)
class QueueTriggerArgs:
    alias: aws.lambda_.Alias
    """Of a function whose role may read the queue: see `components.function.permissions.read_sources`."""
    queue_name: str
    """Of the queue to make, if the settings name none that exists."""
    timeout: int
    """Seconds that a call of the function may take."""
    settings: Queue
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key to encrypt with; SQS's own if None."""
    protection: bool = False
    """Leave the queues where they are when they leave the program."""
    tags: Mapping[str, str] = field(default_factory=dict)


class QueueTrigger(pulumi.ComponentResource):
    """Lambda's polling of a queue for the alias: of one of others, or of its own, which has a dead letter queue for
    what fails again and again.

    The function answers which messages of a batch failed: those alone are tried again.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """

    url: pulumi.Output[str] | None
    """None for a queue of others."""

    def __init__(self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:QueueTrigger", name, None, opts)
        settings = args.settings
        queue = None if settings.existing else self._own_queue(name, args)
        concurrency = settings.max_concurrency
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            function_name=args.alias.arn,
            event_source_arn=queue.arn if queue else settings.existing,
            filter_criteria=filter_criteria(settings.filters),
            function_response_types=["ReportBatchItemFailures"],
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batch_window,
            scaling_config={"maximum_concurrency": concurrency} if concurrency else None,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.url = queue.url if queue else None
        self.register_outputs({"url": self.url})

    def _own_queue(self, name: str, args: QueueTriggerArgs) -> "aws.sqs.Queue":
        kms_key_arn = pulumi.Output.from_input(args.kms_key_arn)
        both: Any = {
            "fifo_queue": args.settings.fifo or None,
            "kms_master_key_id": kms_key_arn,
            "sqs_managed_sse_enabled": kms_key_arn.apply(lambda arn: True if arn is None else None),  # SQS refuses both
            "tags": args.tags,
            "opts": stateful_options(self, args.protection),
        }
        dead_letters = aws.sqs.Queue(
            f"{name}-dead",
            name=dead_letter_name(args.queue_name),
            message_retention_seconds=LONGEST_RETENTION,
            **both,
        )
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue_name,
            content_based_deduplication=args.settings.content_based_deduplication or None,
            message_retention_seconds=args.settings.retention,
            redrive_policy=dead_letters.arn.apply(lambda arn: redrive_policy(arn, args.settings.max_receives)),
            visibility_timeout_seconds=visibility_timeout(args.settings, args.timeout),
            **both,
        )
        aws.sqs.RedriveAllowPolicy(
            f"{name}-redrive",
            queue_url=dead_letters.url,
            redrive_allow_policy=queue.arn.apply(redrive_allow_policy),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return queue


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's queues: `queueUrls` by name, of those that the program creates."""
    module, urls = target.module, {}
    for name, settings in module.settings.triggers.queues.items():
        args = QueueTriggerArgs(
            alias=target.alias,
            queue_name=queue_name(module.physical_name, name, settings.fifo),
            timeout=module.settings.timeout,
            settings=settings,
            kms_key_arn=target.kms_key_arn,
            protection=target.settings.protection,
            tags=module.settings.tags,
        )
        url = QueueTrigger(f"{module.name}-{name}", args, opts).url
        if url is not None:
            urls[name] = url
    return {"queueUrls": urls}


def visibility_timeout(settings: Queue, timeout: int) -> int:
    """Seconds: what is set, or what AWS advises for a function with this timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
    """
    return settings.visibility_timeout or 6 * timeout + settings.batch_window


def redrive_policy(dead_letters_arn: str, max_receives: int) -> str:
    return json_text({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": max_receives})


def redrive_allow_policy(queue_arn: str) -> str:
    """Of the dead letter queue: no other queue may use it."""
    return json_text({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]})
