"""What invokes a function. Each trigger but the URL has a name, by which a stack's file can override it.

Each model also yields the physical names of what is created for it, and what the function reads of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.arn import AwsScope
from components.naming import FIFO_SUFFIX, bucket_name, dead_letter_name, queue_name, trigger_name
from components.settings.filters import MAX_FILTERS, FilterPattern, FilterPolicy
from components.settings.schedule_expression import FORMS, check_expression, check_time_zone
from components.settings.values import (
    BUCKET_NAME,
    DISTINCT,
    OBJECT_KEY_PART,
    Form,
    JsonDocument,
    Name,
    Range,
    Settings,
    arn,
)

_Expression = Annotated[
    str, AfterValidator(check_expression), Field(json_schema_extra={"pattern": f"^{FORMS.pattern}$"})
]
_TimeZone = Annotated[str, AfterValidator(check_time_zone)]
_BUCKET = Form(BUCKET_NAME, "the name of a bucket, such as 'my-bucket'")

TOPIC_ARN = arn("sns", "[A-Za-z0-9_-]+", "the ARN of an SNS topic that isn't FIFO")
_QUEUE_ARN = arn(
    "sqs", r"[A-Za-z0-9_-]+(\.fifo)?", "the ARN of a queue, such as 'arn:aws:sqs:eu-central-1:123456789012:orders'"
)
_BUS_NAME = r"[A-Za-z0-9_.-]+|aws\.partner(/[A-Za-z0-9_.-]+){2,}"
_BUS = Form(
    f"{_BUS_NAME}|{arn('events', f'event-bus/({_BUS_NAME})', '').pattern}",
    "the name or the ARN of an event bus, such as 'orders'",
)


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

    def references(self, scope: AwsScope, function: str, name: str) -> Iterator[tuple[str, str | None]]:
        """What modules can refer to: a name such as `url`, and its text; None if it is known once the trigger exists.

        The parts of `scope` are references themselves.
        """
        return iter(())


_ORIGIN = Form(
    r"\*|(?=.{1,253}$)[a-z][a-z0-9+.-]*://[^\s/?#*,]+",
    "an origin without a path, such as 'https://www.example.com', or '*'",
)
_HEADER = Form(r"\*|[A-Za-z0-9!#$%&'+.^_`|~-]{1,1024}", "the name of a header, such as 'X-Request-Id', or '*'")


class Cors(Settings):
    """Which web pages of other origins may call the URL. Lambda answers their browsers' preflight requests itself.

    https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
    """

    allow_origins: Annotated[list[Annotated[str, _ORIGIN]], Field(min_length=1, max_length=100), DISTINCT]
    """Origins whose pages may read answers, such as `https://www.example.com`; `["*"]` for all."""
    allow_methods: Annotated[
        list[Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "*"]], Field(max_length=6), DISTINCT
    ] = Field(default_factory=list)
    """Methods that pages may use; `["*"]` for all. Lambda allows `OPTIONS` itself. Defaults to those that need no
    preflight request."""
    allow_headers: Annotated[list[Annotated[str, _HEADER]], Field(max_length=100), DISTINCT] = Field(
        default_factory=list
    )
    """Headers that pages may send; `["*"]` for all. Defaults to those that need no preflight request."""
    expose_headers: Annotated[list[Annotated[str, _HEADER]], Field(max_length=100), DISTINCT] = Field(
        default_factory=list
    )
    """Headers of answers that pages may read. Defaults to those that browsers always show."""
    allow_credentials: bool = False
    """Whether pages may send cookies and other credentials, which needs origins by name. Defaults to `false`."""
    max_age: Annotated[int, Range(0, 86_400, "seconds")] = 0
    """How long browsers may keep the answer to a preflight request, in seconds. Defaults to 0."""


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


class EventRule(Trigger):
    """A rule of EventBridge, which sends events of a bus to the function."""

    pattern: FilterPattern
    """Which events invoke the function: an event pattern as EventBridge has it, in YAML."""
    bus: Annotated[str, _BUS.or_reference(must_exist=True)] = "default"
    """Name or ARN of the event bus that has the events, which must exist, in the function's account and Region.
    Defaults to `default`, the account's own, which has the events of AWS's services."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        yield "event rule", trigger_name(function, name)


class Queue(Trigger):
    """An SQS queue whose messages the function works on. It returns which messages failed."""

    existing: Annotated[str, _QUEUE_ARN.or_reference(must_exist=True)] | None = None
    """ARN of a queue that exists, in the function's Region. Defaults to a queue that the program creates, with a dead
    letter queue."""
    fifo: bool = False
    """Whether the queue is a FIFO queue, which keeps the order of messages that have the same message group. Defaults
    to `false`."""
    content_based_deduplication: bool = False
    """Whether a FIFO queue drops a message with the content of another one of the last five minutes, if the sender
    gives no deduplication id. Defaults to `false`: senders must give one."""
    batch_size: Annotated[int, Range(1, 10_000)] = 10
    """How many messages one event may have; more than 10 need a `batchWindow`. Defaults to 10."""
    batch_window: Annotated[int, Range(0, 300, "seconds")] = 0
    """How long Lambda gathers messages for one event, in seconds; 0 for a FIFO queue. Defaults to 0."""
    filters: Annotated[list[FilterPattern], Field(max_length=MAX_FILTERS)] = Field(default_factory=list)
    """Which messages the function gets: those that match one of up to five patterns. Lambda deletes all others.
    Defaults to all messages."""
    visibility_timeout: Annotated[int, Range(1, 43_200, "seconds")] | None = None
    """How long a message is hidden while the function works on it, in seconds, not less than `timeout`. Defaults to six
    times the `timeout`, plus the `batchWindow`."""
    retention: Annotated[int, Range(60, 1_209_600, "seconds")] = 345_600
    """How long a message is kept, in seconds. Defaults to 345600, which is four days."""
    max_receives: Annotated[int, Range(1, 1_000)] = 5
    """How many times a message is tried before it goes to the dead letter queue. Defaults to 5."""
    max_concurrency: Annotated[int, Range(2, 1_000)] | None = None
    """How many invocations may work on the queue at once. Defaults to no limit."""

    @property
    def is_fifo(self) -> bool:
        return self.fifo or (self.existing or "").endswith(FIFO_SUFFIX)

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            queue = queue_name(function, name, self.fifo)
            yield "queue", queue
            yield "queue", dead_letter_name(queue)

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        """Lambda receives and deletes messages with the function's role.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
        """
        actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        queue = self.existing or scope.queue_arn(queue_name(function, name, self.fifo))
        yield Source(sid="ReadMessages", actions=actions, arn=queue, service="sqs", is_own=not self.existing)

    def references(self, scope: AwsScope, function: str, name: str) -> Iterator[tuple[str, str | None]]:
        queue = queue_name(function, name, self.fifo)
        arn = self.existing or scope.queue_arn(queue)
        yield "arn", arn
        if arn.startswith("arn:"):
            yield "name", arn.rpartition(":")[2]
        if not self.existing:
            yield "url", None


BucketEvent = Literal[
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
]
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html"""
_NEW_OBJECTS: list[BucketEvent] = ["s3:ObjectCreated:*"]
_OBJECT_IS_GONE = ("s3:ObjectRemoved:", "s3:LifecycleExpiration:", "s3:ReducedRedundancyLostObject")
"""What events begin with that name no object that could be read."""


class Bucket(Trigger):
    """An S3 bucket whose new or changed objects invoke the function."""

    existing: Annotated[str, _BUCKET.or_reference(must_exist=True)] | None = None
    """Name of a bucket that exists, all of whose notifications are replaced. Defaults to a bucket that the program
    creates."""
    events: Annotated[list[BucketEvent], Field(min_length=1), DISTINCT] = _NEW_OBJECTS
    """Which events of objects invoke the function, by S3's names, such as `s3:ObjectRemoved:*`. Defaults to
    `["s3:ObjectCreated:*"]`: new objects."""
    prefix: Annotated[str, OBJECT_KEY_PART] = ""
    """What the key of an object must begin with to invoke the function. Defaults to no condition."""
    suffix: Annotated[str, OBJECT_KEY_PART] = ""
    """What the key of an object must end with to invoke the function. Defaults to no condition."""
    keep_versions: Annotated[int, Range(0, 3650, "days")] = 90
    """How many days a bucket that the program creates keeps replaced and deleted objects; 0 keeps them forever.
    Defaults to 90."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "bucket", bucket_name(function, name, "0" * 12)

    def sources(self, scope: AwsScope, function: str, name: str) -> Iterator[Source]:
        if all(event.startswith(_OBJECT_IS_GONE) for event in self.events):
            return
        actions = ["s3:GetObject", "s3:GetObjectVersion"]
        bucket = self.existing or bucket_name(function, name, scope.account)
        objects = f"{scope.bucket_arn(bucket)}/{self.prefix}*"
        yield Source(sid="ReadObjects", actions=actions, arn=objects, service="s3", is_own=not self.existing)

    def references(self, scope: AwsScope, function: str, name: str) -> Iterator[tuple[str, str | None]]:
        bucket = self.existing or bucket_name(function, name, scope.account)
        yield from (("name", bucket), ("arn", scope.bucket_arn(bucket)))


class Topic(Trigger):
    """An SNS topic whose messages invoke the function."""

    existing: Annotated[str, TOPIC_ARN.or_reference(must_exist=True)] | None = None
    """ARN of a topic that exists. Defaults to a topic that the program creates."""
    filter: FilterPolicy = Field(default_factory=dict)
    """Which messages the function gets: a filter policy as SNS has it, in YAML. Defaults to all messages."""
    filter_scope: Literal["messageAttributes", "messageBody"] = "messageAttributes"
    """What `filter` is compared with: a message's attributes, or its body, which must be JSON then. Defaults to
    `messageAttributes`."""

    def physical_names(self, function: str, name: str) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "topic", trigger_name(function, name)

    def references(self, scope: AwsScope, function: str, name: str) -> Iterator[tuple[str, str | None]]:
        arn = self.existing or scope.topic_arn(trigger_name(function, name))
        yield "arn", arn
        if arn.startswith("arn:"):
            yield "name", arn.rpartition(":")[2]


class Triggers(Settings):
    url: Url | None = None
    """A function URL; write `{}` for one with the defaults. Defaults to none."""
    schedules: dict[Name, Schedule] = Field(default_factory=dict)
    """Schedules of EventBridge Scheduler, by name. Defaults to none."""
    events: dict[Name, EventRule] = Field(default_factory=dict)
    """Rules of EventBridge for the events of a bus, by name. Defaults to none."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """SQS queues whose messages the function works on, by name. Defaults to none."""
    buckets: dict[Name, Bucket] = Field(default_factory=dict)
    """S3 buckets whose objects invoke the function when they are created or changed, by name. Defaults to none."""
    topics: dict[Name, Topic] = Field(default_factory=dict)
    """SNS topics whose messages invoke the function, by name. Defaults to none."""

    def physical_names(self, function: str) -> Iterator[tuple[str, str]]:
        """Kind and name of each resource that is created."""
        for name, trigger in self._named():
            yield from trigger.physical_names(function, name)

    def sources(self, scope: AwsScope, function: str) -> Iterator[Source]:
        """What the function reads when its triggers call it."""
        for name, trigger in self._named():
            yield from trigger.sources(scope, function, name)

    def references(self, scope: AwsScope, function: str) -> Iterator[tuple[str, str | None]]:
        """What modules can refer to, such as `queues.jobs.url`; see `Trigger.references`."""
        if self.url is not None:
            yield "functionUrl", None
        for kind in type(self).model_fields:
            triggers = getattr(self, kind)
            for name, trigger in triggers.items() if isinstance(triggers, dict) else ():
                yield from ((f"{kind}.{name}.{key}", text) for key, text in trigger.references(scope, function, name))

    def _named(self) -> Iterator[tuple[str, Trigger]]:
        for kind in type(self).model_fields:
            triggers = getattr(self, kind)
            if isinstance(triggers, dict):
                yield from triggers.items()
