"""A stream that a function reads."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.filters import MAX_FILTERS, FilterPattern
from components.settings.values import KMS_KEY_ARN, Form, Range, Settings, arn

_STREAM = Form(
    "|".join(
        arn(service, resource, "").pattern
        for service, resource in {
            "dynamodb": r"table/[A-Za-z0-9_.-]+/stream/[0-9T:.-]+",
            "kinesis": r"stream/[A-Za-z0-9_.-]+",
        }.items()
    ),
    "the ARN of a stream of DynamoDB or Kinesis, such as 'arn:aws:kinesis:eu-central-1:123456789012:stream/clicks'",
)
_DESTINATION = Form(
    "|".join(arn(service, "[A-Za-z0-9_-]+", "").pattern for service in ("sqs", "sns")),
    "the ARN of an SQS queue or SNS topic, neither of them FIFO",
)


class Stream(Settings):
    """An existing stream of DynamoDB or Kinesis. The function returns which record failed first.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """

    arn: Annotated[str, _STREAM.or_reference(must_exist=True)]
    """ARN of the stream, which has to exist: of a DynamoDB table's stream, or of a Kinesis stream."""
    starting_position: Literal["latest", "trimHorizon"] = "latest"
    """Where Lambda begins to read when the trigger is created: with what is written from then on (`latest`), or with
    the oldest record that the stream still has (`trimHorizon`). After a change, reading starts there again. Defaults
    to `latest`."""
    batch_size: Annotated[int, Range(1, 10_000)] = 100
    """How many records one event may have. Defaults to 100."""
    batch_window: Annotated[int, Range(0, 300, "seconds")] = 0
    """How long Lambda gathers records for one event, in seconds. Defaults to 0."""
    parallelization: Annotated[int, Range(1, 10, "batches")] = 1
    """How many batches of one shard are worked on at once, each with other partition keys. Defaults to 1."""
    max_retries: Annotated[int, Range(0, 10_000)] | None = None
    """How many times a batch that failed is tried again before it is given up. Defaults to no limit: until the stream
    no longer has its records."""
    max_age: Annotated[int, Range(60, 604_800, "seconds")] | None = None
    """How old a record may be, in seconds, before it is given up. Defaults to no limit but the stream's own."""
    bisect_on_error: bool = True
    """Whether a batch that failed is split in two before it is tried again, which finds the record that fails.
    Defaults to `true`."""
    on_failure: Annotated[str, _DESTINATION.or_reference(must_exist=True)] | None = None
    """ARN of the SQS queue or SNS topic (not FIFO) that is told which records were given up: their sequence numbers,
    without the records. Defaults to none."""
    filters: Annotated[list[FilterPattern], Field(max_length=MAX_FILTERS)] = Field(default_factory=list)
    """Patterns of records that the function is sent, as EventBridge has them; one has to match. Defaults to all
    records."""
    kms_key: Annotated[str, KMS_KEY_ARN.or_reference()] | None = None
    """ARN of the customer-managed KMS key that the stream is encrypted with, which the function's role may then use.
    Defaults to a key of AWS."""
