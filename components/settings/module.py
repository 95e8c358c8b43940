"""The settings of a module, as `modules/<name>/module.yaml` has them."""

import enum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from components.errors import ComponentError
from components.json_text import json_text
from components.settings.access import Access
from components.settings.environment import Secret, VariableName
from components.settings.triggers import Triggers
from components.settings.values import (
    DISTINCT,
    POLICY_ARN,
    RESOURCE,
    ROLE_ARN,
    TEXT,
    Form,
    JsonDocument,
    Name,
    Range,
    Settings,
    arn,
)

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
BuildSecretName = Annotated[
    str, Form("[A-Za-z0-9_.-]{1,64}", "up to 64 letters, digits, dots, hyphens and underscores")
]
"""The id of a secret in a Dockerfile."""
Tags = Annotated[dict[Annotated[str, _TAG_KEY], Annotated[str, _TAG_VALUE]], Field(max_length=48)]
"""AWS allows 50 tags, and the program sets two of them.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""


class Architecture(enum.StrEnum):
    """An architecture by Lambda's name; `platform` is Docker's name for it."""

    X86_64 = "x86_64"
    ARM64 = "arm64"

    @property
    def platform(self) -> str:
        return {"x86_64": "linux/amd64", "arm64": "linux/arm64"}[self.value]


MAX_BUILD_SECRET_BYTES = 100 * 1024
"""Docker is given each value in an environment variable, and Linux limits those to 128 KiB with their names.

https://man7.org/linux/man-pages/man2/execve.2.html"""


class BuildSecret(Settings):
    """Where the value of a build secret comes from."""

    env: Annotated[str, Form("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable")] | None = None
    """The environment variable of the machine that builds which has the value. Defaults to the value that the stack
    sets."""


AnArchitecture = Annotated[Architecture, Field(strict=False)]


class Image(Settings):
    """Which image the function runs, and what to override in it."""

    module: Name | None = None
    """The module whose image the function runs; this module then builds none. Defaults to the module's own image."""
    command: list[str] | None = None
    """Replaces the image's `CMD`, for example `[handler.handle]`. Defaults to that of the image."""
    entry_point: list[str] | None = None
    """Replaces the image's `ENTRYPOINT`. Defaults to that of the image."""
    working_directory: Annotated[str, Form("/.{0,999}", "an absolute path of up to 1,000 characters")] | None = None
    """Replaces the image's `WORKDIR`. Defaults to that of the image."""


class Vpc(Settings):
    """The subnets and security groups of the VPC that the function is connected to."""

    subnets: Annotated[
        list[Annotated[str, Form("subnet-[0-9a-f]+", "the id of a subnet").or_reference()]],
        Field(min_length=2, max_length=16),
        DISTINCT,
    ]
    """IDs of two to 16 subnets, in different availability zones."""
    security_groups: Annotated[
        list[Annotated[str, Form("sg-[0-9a-f]+", "the id of a security group").or_reference()]],
        Field(min_length=1, max_length=5),
        DISTINCT,
    ]
    """IDs of one to five security groups. Their rules decide what the function can reach."""
    ipv6: bool = False
    """Whether the function may also send IPv6 traffic, for which all subnets must be dual-stack. Defaults to
    `false`."""


class FileSystem(Settings):
    """A file system of EFS that the function mounts. Lambda allows one.

    https://docs.aws.amazon.com/lambda/latest/api/API_FileSystemConfig.html
    """

    access_point: Annotated[
        str,
        arn(
            "elasticfilesystem",
            "access-point/fsap-[0-9a-f]{17}",
            "the ARN of an EFS access point, which ends in 'access-point/fsap-' and 17 digits and letters to f",
        ).or_reference(),
    ]
    """ARN of the access point by which the function mounts it. The file system needs a mount target in the availability
    zone of each of the function's subnets."""
    path: Annotated[
        str,
        Form(
            r"/mnt/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,155}",
            "a folder directly below /mnt, such as '/mnt/models': letters, digits and _.-",
        ),
    ]
    """Where the function finds its files: a folder directly below `/mnt`, such as `/mnt/models`."""
    read_only: bool = False
    """Whether the function may only read. This is the permission of its role, which EFS checks only if the file system
    has a policy. Defaults to `false`."""


_ACTION = Form(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", "an action, such as 's3:GetObject'")
_OPERATOR = Form(
    "(For(AllValues|AnyValue):)?"
    "(String(Not)?(Equals|EqualsIgnoreCase|Like)|Arn(Not)?(Equals|Like)|(Not)?IpAddress|Bool|BinaryEquals"
    "|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?|Null",
    "an IAM operator, such as 'StringEquals'",
)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
_CONDITION_KEY = Form("[A-Za-z0-9-]+:.+", "a condition key, such as 'aws:SourceAccount'")


_CONDITION_TEXT = TEXT.or_reference(variables=True)


def _value_or_values(condition: Any) -> Any:
    values = condition if isinstance(condition, list) else [condition]
    if values and all(isinstance(value, str | bool | int | float) for value in values):
        read = [_CONDITION_TEXT.check(value) if isinstance(value, str) else value for value in values]
        return read if isinstance(condition, list) else read[0]
    raise ValueError("it should be text, a number, true or false, or a list of those")


_ConditionValue = Annotated[JsonDocument, AfterValidator(_value_or_values)]


class Statement(Settings):
    """A statement of the policy of the function's role."""

    effect: Literal["Allow", "Deny"] = "Allow"
    """Whether the statement allows or denies the actions. Defaults to `Allow`."""
    actions: Annotated[list[Annotated[str, _ACTION]], Field(min_length=1)]
    """The actions, such as `s3:GetObject` or `s3:Get*`. An `Allow` of all that a service can do, such as `s3:*`, is
    refused."""
    resources: Annotated[list[Annotated[str, RESOURCE.or_reference(variables=True)]], Field(min_length=1)]
    """ARNs of the resources that the actions are for, with or without wildcards; `*` for all resources."""
    condition: dict[Annotated[str, _OPERATOR], dict[Annotated[str, _CONDITION_KEY], _ConditionValue]] = Field(
        default_factory=dict
    )
    """When the statement applies, as IAM writes it: operator, condition key, and one or more values. Defaults to
    always."""


class Policies(Settings):
    """What the function may do besides what its other settings need."""

    statements: dict[Annotated[str, Form("[A-Za-z0-9]+", "letters and digits")], Statement] = Field(
        default_factory=dict
    )
    """Statements of the function's own policy, by name. Defaults to none."""
    managed: Annotated[list[Annotated[str, POLICY_ARN.or_reference()]], DISTINCT] = Field(default_factory=list)
    """ARNs of managed policies, the account's own or AWS's, to attach to the function's role. Defaults to none."""


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
    """What happens to an asynchronous event that fails."""

    destination: Annotated[str, _DESTINATION.or_reference(must_exist=True)]
    """ARN of what failed events are sent to: an SQS queue or SNS topic (not FIFO), a function, or an event bus."""
    retries: Annotated[int, Range(0, 2)] = 2
    """How many times a failed event is retried before it goes to `destination`. Defaults to 2."""
    maximum_age: Annotated[int, Range(60, 21_600, "seconds")] = 21_600
    """How long Lambda keeps an event for further tries, in seconds. Defaults to 21600, which is six hours."""


UNDECIDED = (
    "is missing: a new version must answer it before it is served. Put it into `events/smoke.json` or `smoke.event`, "
    "or set `smoke.enabled` to false if the module may go live untested"
)


class Smoke(Settings):
    """The test that a new version must pass before it is served."""

    enabled: bool = True
    """Whether a new version must answer the smoke event before it is served. If `false`, each new version goes live
    untested, and every update warns about it. Defaults to `true`."""
    event: JsonDocument = None
    """The event that a new version is sent. Defaults to the content of `events/smoke.json`. A module needs one of the
    two if `enabled` is `true`."""
    expect: JsonDocument = None
    """What the answer must contain: each of these keys, with its value. Defaults to any answer that is not an error."""

    @property
    def message(self) -> str | None:
        """The event as JSON in a canonical form, so that formatting alone does not test a running version again.

        It is None if the smoke test is disabled. Raises ComponentError if it is enabled without an event.
        """
        if not self.enabled:
            return None
        if self.event is None:
            raise ComponentError(f"the smoke event {UNDECIDED}")
        return json_text(self.event)


class Alarms(Settings):
    """What raises an alarm if it happens within five minutes; 0 for no alarm."""

    errors: Annotated[int, Range(0, 1_000_000)] = 1
    """How many invocations that end in an error raise the alarm. Defaults to 1 in a stack, and to the stack's value in
    a module."""
    throttles: Annotated[int, Range(0, 1_000_000)] = 1
    """How many invocations that are throttled raise the alarm. Defaults to 1 in a stack, and to the stack's value in a
    module."""
    duration: Annotated[int, Range(0, 100, "percent of `timeout`")] = 80
    """Which duration, in percent of `timeout`, raises the alarm if one invocation in twenty takes that long. Defaults
    to 80 in a stack, and to the stack's value in a module."""
    dead_letters: Annotated[int, Range(0, 1_000_000)] = 1
    """How many messages in one of the module's dead letter queues raise the alarm. Defaults to 1 in a stack, and to the
    stack's value in a module."""


MAX_CANARY_MINUTES = 45
"""How long a canary may take. The pipeline waits for it, with credentials that end after an hour."""


class Canary(Settings):
    """The share of calls that a new version gets, while it is watched, before it gets all."""

    percent: Annotated[int, Range(1, 99, "percent of the calls")]
    """The share that a new version gets at first, in percent of the calls."""
    minutes: Annotated[int, Range(1, MAX_CANARY_MINUTES, "minutes")]
    """How long a new version has each share, in minutes. CloudWatch needs a minute or two to show a call."""
    then: list[Annotated[int, Range(1, 99, "percent of the calls")]] = Field(default_factory=list)
    """Larger shares that follow, in percent of the calls, each for as many minutes, such as `[50]`. Defaults to none:
    the new version gets all calls after the first share."""


class Release(Settings):
    """How a new version that has passed its smoke test gets the calls of `live`."""

    canary: Canary | None = None
    """The share of calls that a new version gets, while it is watched, before it gets all. Defaults to none: it gets
    all calls at once."""


class ModuleSettings(Settings):
    """The settings of one module; limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

    description: Annotated[str, Field(max_length=160)] = ""
    """What the function is for, in up to 160 characters. Defaults to no text."""
    enabled: bool = True
    """Whether the module is deployed. If `false`, an update deletes the module's resources. Defaults to `true`."""
    dockerfile: Annotated[str, Form(r"[^/\x00-\x1f][^\x00-\x1f]*", "a path relative to the module's folder")] = (
        "Dockerfile"
    )
    """Path of the Dockerfile, relative to the module's folder. Defaults to `Dockerfile`."""
    context: Annotated[str, Form(r"[^/\x00-\x1f][^\x00-\x1f]*", "a path relative to the module's folder")] = "."
    """The folder that the image is built from, relative to the module's folder, such as `../..` for the checkout. If it
    has more than the module's folder, `Dockerfile.dockerignore` must list what the image needs. Defaults to the
    module's folder."""
    target: (
        Annotated[str, Form("[A-Za-z0-9][A-Za-z0-9_.-]*", "the name of a stage, or its number in quotes")] | None
    ) = None
    """The stage of the Dockerfile to build. Defaults to the last stage."""
    build_args: BuildArguments = Field(default_factory=dict)
    """Build arguments of the image, merged over the stack's. Defaults to the stack's `buildArgs`."""
    build_secrets: dict[BuildSecretName, BuildSecret] = Field(default_factory=dict)
    """Secrets that `RUN --mount=type=secret` in the Dockerfile may read, by id. Write `{}` for a secret whose value the
    stack sets. Defaults to none."""
    build_ssh: bool = False
    """Whether `RUN --mount=type=ssh` in the Dockerfile may use the SSH agent of the machine that builds. Defaults to
    `false`."""
    architecture: AnArchitecture = Architecture.X86_64
    """Architecture of the image and the function. Defaults to the stack's `architecture`."""
    image: Image = Image()
    """Which image the function runs, and what to override in it. Defaults to the module's own image, as it is."""
    memory_size: MemorySize = 1024
    """Memory of the function in MiB. More memory also means more processor time. Defaults to the stack's
    `memorySize`."""
    timeout: Timeout = 30
    """How long one invocation may run, in seconds. Defaults to the stack's `timeout`."""
    ephemeral_storage: Annotated[int, Range(512, 10_240, "MiB")] = 512
    """Size of the function's `/tmp` in MiB. Defaults to 512."""
    environment: dict[VariableName, Annotated[str, TEXT.or_reference()]] = Field(default_factory=dict)
    """Environment variables in plain text. All variables together, with the references of `secrets`, may have 4 KB as
    JSON. Defaults to none."""
    secrets: dict[VariableName, Secret] = Field(default_factory=dict)
    """Environment variables that refer to a secret, which the function may read. Write `{}` for a secret whose value
    the stack sets. Defaults to none."""
    reserved_concurrency: Annotated[int, Range(1, 1_000_000)] | None = None
    """How many invocations may run at once, a number that is also reserved for the function. The smoke event is one of
    them: while live invocations use all, it is throttled, and the update fails. Defaults to no limit."""
    provisioned_concurrency: Annotated[int, Range(1, 1_000_000)] | None = None
    """How many instances are kept warm. It must be less than `reservedConcurrency`, because the smoke event needs an
    instance that isn't one of them. Defaults to none."""
    vpc: Vpc | None = None
    """The VPC that the function is connected to. Defaults to none."""
    file_system: FileSystem | None = None
    """A file system of EFS that the function mounts, which needs `vpc`. Defaults to none."""
    tracing: Literal["active", "passThrough"] = "active"
    """Whether X-Ray samples invocations itself (`active`) or leaves that to the caller (`passThrough`). Defaults to
    `active`."""
    log_format: Literal["json", "text"] = "json"
    """Format of the function's logs. Defaults to `json`."""
    application_log_level: Literal["trace", "debug", "info", "warn", "error", "fatal"] | None = None
    """The least severe messages of the function itself that are logged, with `logFormat: json`. Defaults to `info`."""
    system_log_level: Literal["debug", "info", "warn"] | None = None
    """The least severe messages of Lambda about the function that are logged, with `logFormat: json`. Defaults to
    `info`."""
    log_retention: LogRetention = 30
    """How many days logs are kept. Defaults to the stack's `logRetention`."""
    tags: Tags = Field(default_factory=dict)
    """Tags of all the module's resources, merged over the stack's. Defaults to the stack's `tags`."""
    role: Annotated[str, ROLE_ARN] | None = None
    """ARN of an existing role that the function runs under. The program changes nothing in it: it must have all
    permissions that the function needs. Defaults to a role that the program creates."""
    policies: Policies = Policies()
    """What the function may do besides what its other settings need. Defaults to nothing."""
    access: dict[Name, Access] = Field(default_factory=dict)
    """What the function may do with buckets, tables, queues, topics, secrets, parameters and other modules, by any
    name. Each entry expands to statements of the function's policy. Defaults to nothing."""
    on_failure: OnFailure | None = None
    """What happens to an asynchronous event that fails. Defaults to what Lambda does: it retries twice, then drops the
    event."""
    recursive_loop: Literal["terminate", "allow"] = "terminate"
    """What Lambda does when an event leads through SQS, SNS, S3 or calls back to the function, about 16 times in a row:
    it stops that (`terminate`), or lets it go on, at your cost (`allow`). Defaults to `terminate`."""
    triggers: Triggers = Triggers()
    """What invokes the function. Defaults to none."""
    smoke: Smoke = Smoke()
    """The test that a new version must pass before it is served. Defaults to answering `events/smoke.json` without an
    error."""
    release: Release = Release()
    """How a new version that has passed its smoke test gets the calls of `live`. Defaults to the stack's `release`."""
    alarms: Alarms = Alarms()
    """What raises an alarm if it happens within five minutes; 0 for no alarm. Defaults to the stack's `alarms`."""
