"""What calls a function. All but the URL have names, which stack files use to override them.

Each model also yields the physical names of what is created for it, and what the function reads of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.arn import AwsScope
from components.naming import bucket_name, dead_letter_name, trigger_name
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
    """Who may call it: `iam`, those whom IAM lets, with signed requests; `public`, everybody."""


class Schedule(Trigger):
    """A schedule of EventBridge Scheduler."""

    expression: _Expression
    """When: `rate(...)`, `cron(...)` with six fields, or `at(...)`."""
    timezone: _TimeZone = "UTC"
    """That the expression is meant in, as the IANA names it."""
    event: JsonDocument = Field(default_factory=dict)
    """What the function is sent."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        yield "schedule", trigger_name(function, name)
        yield "role", trigger_name(function, name)


class Queue(Trigger):
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

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "bucket", bucket_name(function, name, "0" * 12)

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        actions = ["s3:GetObject", "s3:GetObjectVersion"]
        bucket = self.existing or bucket_name(function, name, scope.account)
        objects = f"{scope.bucket_arn(bucket)}/{self.prefix}*"
        yield Source(sid="ReadObjects", actions=actions, arn=objects, service="s3", is_own=not self.existing)


class Topic(Trigger):
    """An SNS topic."""

    existing: Annotated[str, TOPIC_ARN] | None = None
    """A topic of others; one of the module's own if not given."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "topic", trigger_name(function, name)


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
                yield from triggers.items()
