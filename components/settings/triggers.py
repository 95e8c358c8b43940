"""What calls a function. All but the URL have names, which stack files use to override them."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.values import Form, JsonDocument, Name, Range, Settings, arn

_EXPRESSION = Form(
    r"(rate|cron|at)\(.+\)", "a schedule of EventBridge's, such as 'rate(5 minutes)' or 'cron(0 6 ? * MON-FRI *)'"
)


class Url(Settings):
    """A function URL."""

    auth: Literal["iam", "public"] = "iam"
    """Who may call it: `iam`, those whom IAM lets, with signed requests; `public`, everybody."""


class Schedule(Settings):
    """A schedule of EventBridge Scheduler."""

    expression: Annotated[str, _EXPRESSION]
    """When: `rate(...)`, `cron(...)` or `at(...)`."""
    timezone: Annotated[str, Form("[A-Za-z0-9_+/-]+", "a time zone, such as 'Europe/Berlin'")] = "UTC"
    """That the expression is meant in, as the IANA names it."""
    event: JsonDocument = Field(default_factory=dict)
    """What the function is sent."""


class Queue(Settings):
    """An SQS queue of the module's own, with a dead letter queue. The function answers which messages failed."""

    batch_size: Annotated[int, Range(1, 10_000)] = 10
    """Messages in one event, at most; more than 10 need a `batchWindow`."""
    batch_window: Annotated[int, Range(0, 300, "seconds")] = 0
    """That messages are gathered for."""
    visibility_timeout: Annotated[int, Range(1, 43_200, "seconds")] | None = None
    """That a message in work is hidden, not less than `timeout`; six times that and the `batchWindow` if not given."""
    retention: Annotated[int, Range(60, 1_209_600, "seconds")] = 345_600
    """That a message waits for, at most."""
    max_receives: Annotated[int, Range(1, 1_000)] = 5
    """Times that a message is tried before it goes to the dead letter queue."""
    max_concurrency: Annotated[int, Range(2, 1_000)] | None = None
    """Calls at once, at most; not bounded if not given."""


class Bucket(Settings):
    """Objects created in an S3 bucket."""

    existing: Annotated[str, Form("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket")] | None = None
    """A bucket of others, all of whose notifications are replaced; one of the module's own if not given."""
    prefix: str = ""
    """What an object's key has to begin with."""
    suffix: str = ""
    """What an object's key has to end with."""


class Topic(Settings):
    """An SNS topic."""

    existing: Annotated[str, arn("sns", "[A-Za-z0-9_-]+", "the ARN of an SNS topic")] | None = None
    """A topic of others; one of the module's own if not given."""


class Triggers(Settings):
    url: Url | None = None
    """A function URL, if given; `{}` for one with the defaults."""
    schedules: dict[Name, Schedule] = Field(default_factory=dict)
    """Schedules, by name."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """SQS queues, by name."""
    buckets: dict[Name, Bucket] = Field(default_factory=dict)
    """S3 buckets, by name."""
    topics: dict[Name, Topic] = Field(default_factory=dict)
    """SNS topics, by name."""
