"""What invokes a function. Each trigger but the URL has a name, by which a stack's file can override it.

Each model also yields the physical names of what is created for it, and what the function reads of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.arn import AwsScope
from components.naming import bucket_name, dead_letter_name, trigger_name
from components.settings.cors import Cors
from components.settings.http_api import Routes
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


@dataclass(frozen=True, kw_only=True)
class Source:
    """Data that a function reads when a trigger calls it."""

    sid: str
    """The statement of the function's policy. Sources with the same one have the same actions."""
    actions: Sequence[str]
    arn: str
    service: str
    """The service that encrypts it, such as `sqs`."""
    is_own: bool
    """Whether the stack creates it, and so encrypts it with the stack's key."""


class Trigger(Settings):
    """A trigger with a name, which is `name` below; `function` is the function's name."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        """Kind and name of each resource that is created; see `components.naming.MAX_NAME_CHARACTERS`."""
        return iter(())

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        """What the function reads."""
        return iter(())


class Url(Settings):
    """A function URL."""

    auth: Literal["iam", "public"] = "iam"
    """Who may call the URL: with `iam`, signed requests that IAM allows; with `public`, everybody. Defaults to
    `iam`."""
    invoke_mode: Literal["buffered", "responseStream"] = "buffered"
    """Whether callers get the answer as a whole, with up to 6 MB (`buffered`), or as a stream while the function writes
    it (`responseStream`), which its runtime must support. Defaults to `buffered`."""
    cors: Cors | None = None
    """Which web pages of other origins may call the URL. Defaults to none."""


class Schedule(Trigger):
    """A schedule of EventBridge Scheduler."""

    expression: _Expression
    """When the function is invoked: `rate(...)`, `cron(...)` with six fields, or `at(...)`."""
    timezone: _TimeZone = "UTC"
    """Time zone of the expression, by its IANA name. Defaults to `UTC`."""
    event: JsonDocument = Field(default_factory=dict)
    """The event that the function is sent. Defaults to `{}`."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        yield "schedule", trigger_name(function, name)
        yield "role", trigger_name(function, name)


class Queue(Trigger):
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

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        yield "queue", trigger_name(function, name)
        yield "queue", dead_letter_name(trigger_name(function, name))

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        """Lambda receives and deletes messages with the function's role.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
        """
        actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        queue = scope.queue_arn(trigger_name(function, name))
        yield Source(sid="ReadMessages", actions=actions, arn=queue, service="sqs", is_own=True)


class Bucket(Trigger):
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

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "bucket", bucket_name(function, name, "0" * 12)

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        actions = ["s3:GetObject", "s3:GetObjectVersion"]
        bucket = self.existing or bucket_name(function, name, scope.account)
        objects = f"{scope.bucket_arn(bucket)}/{self.prefix}*"
        yield Source(sid="ReadObjects", actions=actions, arn=objects, service="s3", is_own=not self.existing)


class Topic(Trigger):
    """An SNS topic whose messages invoke the function."""

    existing: Annotated[str, TOPIC_ARN] | None = None
    """ARN of a topic that exists. Defaults to a topic that the program creates."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "topic", trigger_name(function, name)


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
    routes: Routes = Field(default_factory=dict)
    """Requests to the stack's `httpApi` that the function answers, by method and path, such as `GET /orders/{id}`;
    write `{}` for a route with the defaults. Defaults to none."""

    def physical_names(self, function: str) -> Iterator[tuple[str, str]]:
        """Kind and name of each resource that is created."""
        for name, trigger in self._named():
            yield from trigger.physical_names(function, name)

    def sources(self, scope: AwsScope, function: str) -> Iterator[Source]:
        """What the function reads when its triggers call it."""
        for name, trigger in self._named():
            yield from trigger.sources(scope, function, name)

    def _named(self) -> Iterator[tuple[str, Trigger]]:
        for kind in type(self).model_fields:
            triggers = getattr(self, kind)
            if isinstance(triggers, dict):
                yield from ((name, trigger) for name, trigger in triggers.items() if isinstance(trigger, Trigger))
