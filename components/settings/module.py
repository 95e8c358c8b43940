"""What `modules/<name>/module.yaml` says of a module."""

import enum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from components.errors import ComponentError
from components.json_text import json_text
from components.settings.environment import Secret, VariableName
from components.settings.triggers import Triggers
from components.settings.values import DISTINCT, POLICY_ARN, RESOURCE, Form, JsonDocument, Name, Range, Settings, arn

LogRetention = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
MemorySize = Annotated[int, Range(128, 10_240, "MiB")]
Timeout = Annotated[int, Range(1, 900, "seconds")]
_TAG_KEY = Form(r"(?![aA][wW][sS]:)[\w .:/=+@-]{1,128}", "up to 128 letters, digits, spaces and _.:/=+-@, but no aws:")
_TAG_VALUE = Form(r"[\w .:/=+@-]{0,256}", "up to 256 letters, digits, spaces and _.:/=+-@")

BuildArguments = dict[
    Annotated[str, Form("[A-Za-z_][A-Za-z0-9_.-]*", "letters, digits and underscores, beginning with a letter")],
    str,
]
Tags = Annotated[dict[Annotated[str, _TAG_KEY], Annotated[str, _TAG_VALUE]], Field(max_length=48)]
"""AWS takes 50, and the program sets two of them.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""


class Architecture(enum.StrEnum):
    """As Lambda names it; `platform` is the same thing as Docker names it."""

    X86_64 = "x86_64"
    ARM64 = "arm64"

    @property
    def platform(self) -> str:
        return {"x86_64": "linux/amd64", "arm64": "linux/arm64"}[self.value]


AnArchitecture = Annotated[Architecture, Field(strict=False)]


class Image(Settings):
    """Which image the function runs, and what of it."""

    module: Name | None = None
    """The module whose image is run, which then isn't built twice; the module's own if not given."""
    command: list[str] | None = None
    """In place of the image's CMD, such as `[handler.handle]`."""
    entry_point: list[str] | None = None
    """In place of the image's ENTRYPOINT."""
    working_directory: Annotated[str, Form("/.{0,999}", "an absolute path of up to 1,000 characters")] | None = None
    """In place of the image's WORKDIR."""


class Vpc(Settings):
    """Subnets and security groups of one VPC."""

    subnets: Annotated[
        list[Annotated[str, Form("subnet-[0-9a-f]+", "the id of a subnet")]],
        Field(min_length=2, max_length=16),
        DISTINCT,
    ]
    """Two to 16, in different availability zones."""
    security_groups: Annotated[
        list[Annotated[str, Form("sg-[0-9a-f]+", "the id of a security group")]],
        Field(min_length=1, max_length=5),
        DISTINCT,
    ]
    """One to five. What the function may reach is theirs to say."""


_ACTION = Form(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", "an action, such as 's3:GetObject'")
_OPERATOR = Form(
    "(For(AllValues|AnyValue):)?"
    "(String(Not)?(Equals|EqualsIgnoreCase|Like)|Arn(Not)?(Equals|Like)|(Not)?IpAddress|Bool|BinaryEquals"
    "|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?|Null",
    "an operator of IAM's, such as 'StringEquals'",
)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
_CONDITION_KEY = Form("[A-Za-z0-9-]+:.+", "a condition key, such as 'aws:SourceAccount'")


def _value_or_values(condition: Any) -> Any:
    values = condition if isinstance(condition, list) else [condition]
    if values and all(isinstance(value, str | bool | int | float) for value in values):
        return condition
    raise ValueError("it should be text, a number, true or false, or a list of those")


_ConditionValue = Annotated[JsonDocument, AfterValidator(_value_or_values)]


class Statement(Settings):
    """A statement of the policy of the function's role."""

    effect: Literal["Allow", "Deny"] = "Allow"
    """Whether it gives rights or takes them."""
    actions: Annotated[list[Annotated[str, _ACTION]], Field(min_length=1)]
    """Such as `s3:GetObject` or `s3:Get*`; an `Allow` of all that a service can do, such as `s3:*`, is refused."""
    resources: Annotated[list[Annotated[str, RESOURCE]], Field(min_length=1)]
    """ARNs that the actions are meant for, with or without wildcards; `*` for all."""
    condition: dict[Annotated[str, _OPERATOR], dict[Annotated[str, _CONDITION_KEY], _ConditionValue]] = Field(
        default_factory=dict
    )
    """When it holds, as IAM says it: operator, key, value or values."""


class Policies(Settings):
    """What the function may do beside writing its logs."""

    statements: dict[Annotated[str, Form("[A-Za-z0-9]+", "letters and digits")], Statement] = Field(
        default_factory=dict
    )
    """Statements of its own, by name."""
    managed: Annotated[list[Annotated[str, POLICY_ARN]], DISTINCT] = Field(default_factory=list)
    """ARNs of managed policies: of the account's own, or of AWS's."""


_DESTINATIONS = {
    "sqs": "[A-Za-z0-9_-]+",
    "sns": "[A-Za-z0-9_-]+",
    "lambda": "function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?",
    "events": "event-bus/[A-Za-z0-9_./-]+",
}
_DESTINATION = Form(
    "|".join(arn(service, resource, "").pattern for service, resource in _DESTINATIONS.items()),
    "the ARN of an SQS queue, SNS topic (neither of them FIFO), function or event bus",
)


class OnFailure(Settings):
    """What becomes of an event that was sent without waiting for an answer, and failed."""

    destination: Annotated[str, _DESTINATION]
    """ARN of the SQS queue, SNS topic (neither of them FIFO), function or event bus that is told."""
    retries: Annotated[int, Range(0, 2)] = 2
    """Further tries before."""
    maximum_age: Annotated[int, Range(60, 21_600, "seconds")] = 21_600
    """Of an event that is still tried."""


UNDECIDED = (
    "is missing: a new version is asked it before it is served. Write it into `events/smoke.json` or as `smoke.event`, "
    "or set `smoke.enabled` to false if the module is to go live untested"
)


class Smoke(Settings):
    """What a new version is asked before it is served."""

    enabled: bool = True
    """Whether it is asked at all; if not, each new version goes live untested, and every update says so."""
    event: JsonDocument = None
    """What it is sent; the content of `events/smoke.json` if not given. A module needs one of them if `enabled`."""
    expect: JsonDocument = None
    """What has to be in its answer: the keys given, each with its value; any answer but an error if not given."""

    @property
    def message(self) -> str | None:
        """The event as JSON, in one form: its formatting is no reason to ask a running version again.

        None if nothing is to be asked; raises ComponentError if that was not decided.
        """
        if not self.enabled:
            return None
        if self.event is None:
            raise ComponentError(f"the smoke event {UNDECIDED}")
        return json_text(self.event)


class Alarms(Settings):
    """What raises an alarm within five minutes; 0 for none."""

    errors: Annotated[int, Range(0, 1_000_000)] = 1
    """Calls that ended in an error."""
    throttles: Annotated[int, Range(0, 1_000_000)] = 1
    """Calls that were refused because too many ran."""
    duration: Annotated[int, Range(0, 100, "percent of `timeout`")] = 80
    """The time that one call in twenty exceeds."""
    dead_letters: Annotated[int, Range(0, 1_000_000)] = 1
    """Messages in a dead letter queue of the module's."""


class ModuleSettings(Settings):
    """The settings of one module; limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

    description: Annotated[str, Field(max_length=160)] = ""
    """What the function is for, in up to 160 characters."""
    enabled: bool = True
    """Whether the module is deployed; what it had is deleted where it is not."""
    dockerfile: Annotated[str, Form(r"[^/\x00-\x1f][^\x00-\x1f]*", "a path relative to the module's folder")] = (
        "Dockerfile"
    )
    """The recipe of the image, relative to the module's folder."""
    target: (
        Annotated[str, Form("[A-Za-z0-9][A-Za-z0-9_.-]*", "the name of a stage, or its number in quotes")] | None
    ) = None
    """The stage of the Dockerfile to build; the last one if not given."""
    build_args: BuildArguments = Field(default_factory=dict)
    """Build arguments, beside the stack's."""
    architecture: AnArchitecture = Architecture.X86_64
    """Of the image and the function alike; the stack's if not given."""
    image: Image = Image()
    """Which image the function runs, and what of it."""
    memory_size: MemorySize = 1024
    """Memory, and with it processor time; the stack's if not given."""
    timeout: Timeout = 30
    """That a call may take; the stack's if not given."""
    ephemeral_storage: Annotated[int, Range(512, 10_240, "MiB")] = 512
    """Below `/tmp`."""
    environment: dict[VariableName, str] = Field(default_factory=dict)
    """Variables in plain text: 4 KB in all, as JSON and with the references of secrets."""
    secrets: dict[VariableName, Secret] = Field(default_factory=dict)
    """Variables that name a secret, which the function may read; `{}` for one whose value the stack sets."""
    reserved_concurrency: Annotated[int, Range(1, 1_000_000)] | None = None
    """Calls at once, at most, and kept free for the function; not bounded if not given. The smoke event is one of them:
    while live calls use all, it is throttled, and the update fails."""
    provisioned_concurrency: Annotated[int, Range(1, 1_000_000)] | None = None
    """Instances kept warm, less than `reservedConcurrency`: the smoke event needs one that isn't; none if not given."""
    vpc: Vpc | None = None
    """The VPC that the function's network is in; none of yours if not given."""
    tracing: Literal["active", "passThrough"] = "active"
    """Whether X-Ray samples calls itself, or leaves it to the caller."""
    log_format: Literal["json", "text"] = "json"
    """Of the logs."""
    log_retention: LogRetention = 30
    """Days that logs are kept; the stack's if not given."""
    tags: Tags = Field(default_factory=dict)
    """Of all that the module has, beside the stack's."""
    policies: Policies = Policies()
    """What the function may do beside writing its logs."""
    on_failure: OnFailure | None = None
    """What becomes of an event that was sent without waiting for an answer, and failed."""
    triggers: Triggers = Triggers()
    """What calls the function."""
    smoke: Smoke = Smoke()
    """What a new version is asked before it is served."""
    alarms: Alarms = Alarms()
    """What raises an alarm within five minutes, 0 for none; the stack's if not given."""
