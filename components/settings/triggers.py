"""What invokes a function. Each trigger but the URL has a name, by which a stack's file can override it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.settings.schedule_expression import FORMS, check_expression, check_time_zone
from components.settings.values import Form, JsonDocument, Name, Range, Settings, arn

_Expression = Annotated[
    str, AfterValidator(check_expression), Field(json_schema_extra={"pattern": f"^{FORMS.pattern}$"})
]
_TimeZone = Annotated[str, AfterValidator(check_time_zone)]
_KEY_PART = Form(
    r"[^*?$]{0,1024}", "part of an object's key: up to 1,024 characters, which S3 compares as they are, no wildcards"
)


TOPIC_ARN = arn("sns", "[A-Za-z0-9_-]+", "the ARN of an SNS topic that isn't FIFO")


class Url(Settings):
    """A function URL."""

    auth: Literal["iam", "public"] = "iam"
    """Who may call the URL: with `iam`, signed requests that IAM allows; with `public`, everybody. Defaults to
    `iam`."""


class Schedule(Settings):
    """A schedule of EventBridge Scheduler."""

    expression: _Expression
    """When the function is invoked: `rate(...)`, `cron(...)` with six fields, or `at(...)`."""
    timezone: _TimeZone = "UTC"
    """Time zone of the expression, by its IANA name. Defaults to `UTC`."""
    event: JsonDocument = Field(default_factory=dict)
    """The event that the function is sent. Defaults to `{}`."""


class Queue(Settings):
    """An SQS queue that the program creates, with a dead letter queue. The function returns which messages failed."""

    batch_size: Annotated[int, Range(1, 10_000)] = 10
    """How many messages one event may have; more than 10 need a `batchWindow`. Defaults to 10."""
    batch_window: Annotated[int, Range(0, 300, "seconds")] = 0
    """How long Lambda gathers messages for one event, in seconds. Defaults to 0."""
    visibility_timeout: Annotated[int, Range(1, 43_200, "seconds")] | None = None
    """How long a message is hidden while the function works on it, in seconds, not less than `timeout`. Defaults to six
    times the `timeout`, plus the `batchWindow`."""
    retention: Annotated[int, Range(60, 1_209_600, "seconds")] = 345_600
    """How long a message is kept, in seconds. Defaults to 345600, which is four days."""
    max_receives: Annotated[int, Range(1, 1_000)] = 5
    """How many times a message is tried before it goes to the dead letter queue. Defaults to 5."""
    max_concurrency: Annotated[int, Range(2, 1_000)] | None = None
    """How many invocations may work on the queue at once. Defaults to no limit."""


class Bucket(Settings):
    """An S3 bucket whose new objects invoke the function."""

    existing: (
        Annotated[str, Form(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, such as 'my-bucket'")]
        | None
    ) = None
    """Name of a bucket that exists, all of whose notifications are replaced. Defaults to a bucket that the program
    creates."""
    prefix: Annotated[str, _KEY_PART] = ""
    """What the key of an object must begin with to invoke the function. Defaults to no condition."""
    suffix: Annotated[str, _KEY_PART] = ""
    """What the key of an object must end with to invoke the function. Defaults to no condition."""
    keep_versions: Annotated[int, Range(0, 3650, "days")] = 90
    """How many days a bucket that the program creates keeps replaced and deleted objects; 0 keeps them forever.
    Defaults to 90."""


class Topic(Settings):
    """An SNS topic whose messages invoke the function."""

    existing: Annotated[str, TOPIC_ARN] | None = None
    """ARN of a topic that exists. Defaults to a topic that the program creates."""


class Triggers(Settings):
    url: Url | None = None
    """A function URL; write `{}` for one with the defaults. Defaults to none."""
    schedules: dict[Name, Schedule] = Field(default_factory=dict)
    """Schedules of EventBridge Scheduler, by name. Defaults to none."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """SQS queues whose messages the function works on, by name. Defaults to none."""
    buckets: dict[Name, Bucket] = Field(default_factory=dict)
    """S3 buckets whose new objects invoke the function, by name. Defaults to none."""
    topics: dict[Name, Topic] = Field(default_factory=dict)
    """SNS topics whose messages invoke the function, by name. Defaults to none."""
