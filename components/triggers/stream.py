"""A stream of DynamoDB or Kinesis whose records the alias works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.settings.streams import Stream
from components.triggers.target import Outputs, Target, filter_criteria

_STARTING_POSITION = {"latest": "LATEST", "trimHorizon": "TRIM_HORIZON"}
_NO_LIMIT = -1


@dataclass(frozen=True, kw_only=True)
class StreamTriggerArgs:
    alias: aws.lambda_.Alias
    """Of a function whose role may read the stream: see `components.function.stream_permissions`."""
    settings: Stream
    tags: Mapping[str, str] = field(default_factory=dict)


class StreamTrigger(pulumi.ComponentResource):
    """Connects a stream that exists with the alias.

    A limit that the settings don't have is set, because the provider keeps the value of one that a program leaves out.
    """

    def __init__(self, name: str, args: StreamTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:StreamTrigger", name, None, opts)
        settings = args.settings
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            function_name=args.alias.arn,
            event_source_arn=settings.arn,
            starting_position=_STARTING_POSITION[settings.starting_position],
            function_response_types=["ReportBatchItemFailures"],
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batch_window,
            parallelization_factor=settings.parallelization,
            maximum_retry_attempts=_NO_LIMIT if settings.max_retries is None else settings.max_retries,
            maximum_record_age_in_seconds=settings.max_age or _NO_LIMIT,
            bisect_batch_on_function_error=settings.bisect_on_error,
            destination_config={"on_failure": {"destination_arn": settings.on_failure}}
            if settings.on_failure
            else None,
            filter_criteria=filter_criteria(settings.filters),
            tags=args.tags,
            # AWS refuses a second mapping of the same stream to the same alias.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.register_outputs({})


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's streams."""
    module = target.module
    for name, settings in module.settings.triggers.streams.items():
        args = StreamTriggerArgs(alias=target.alias, settings=settings, tags=module.settings.tags)
        StreamTrigger(f"{module.name}-{name}", args, opts)
    return {}
