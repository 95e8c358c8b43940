"""What calls a function. All but the URL have names, which stack files use to override them."""

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
    """Who may call it: `iam`, those whom IAM lets, with signed requests; `public`, everybody."""


class Schedule(Settings):
    """A schedule of EventBridge Scheduler."""

    expression: _Expression
    """When: `rate(...)`, `cron(...)` with six fields, or `at(...)`."""
    timezone: _TimeZone = "UTC"
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

    existing: (
        Annotated[str, Form(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, such as 'my-bucket'")]
        | None
    ) = None
    """A bucket of others, all of whose notifications are replaced; one of the module's own if not given."""
    prefix: Annotated[str, _KEY_PART] = ""
    """What an object's key has to begin with."""
    suffix: Annotated[str, _KEY_PART] = ""
    """What an object's key has to end with."""
    keep_versions: Annotated[int, Range(0, 3650, "days")] = 90
    """That a bucket of the module's own keeps what was replaced or deleted in it; 0 for ever."""


class Topic(Settings):
    """An SNS topic."""

    existing: Annotated[str, TOPIC_ARN] | None = None
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
