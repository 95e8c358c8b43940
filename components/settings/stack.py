"""The settings of a stack, as `Pulumi.<stack>.yaml` has them."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from components.settings.http_api import HttpApi
from components.settings.module import (
    Alarms,
    AnArchitecture,
    Architecture,
    BuildArguments,
    BuildSecretName,
    LogRetention,
    MemorySize,
    Release,
    Tags,
    Timeout,
)
from components.settings.pipeline import Pipeline
from components.settings.triggers import TOPIC_ARN
from components.settings.values import DISTINCT, EMAIL_ADDRESS, NAME, POLICY_ARN, Name, Range, Settings


class StackSettings(Settings):
    """The settings of one stack, which is one environment."""

    alarm_emails: Annotated[list[Annotated[str, EMAIL_ADDRESS]], DISTINCT] = Field(default_factory=list)
    """E-mail addresses that alarms are sent to, after each has confirmed it. Defaults to none."""
    alarm_endpoints: dict[Name, SecretStr] = Field(default_factory=dict)
    """HTTPS URLs of services that confirm a subscription of SNS and understand its messages, such as PagerDuty, by
    name; set them with `pulumi config set --secret --path`. Defaults to none."""
    alarm_topic: Annotated[str, TOPIC_ARN.or_empty] = ""
    """ARN of the SNS topic that alarms are sent to. Defaults to a topic that the stack creates."""
    alarms: Alarms = Alarms()
    """What raises an alarm if it happens within five minutes, for modules that don't set it; 0 for no alarm. Defaults
    to the values below."""
    architecture: AnArchitecture = Architecture.X86_64
    """Architecture of images and functions, for modules that don't set it. Defaults to `x86_64`."""
    build_args: BuildArguments = Field(default_factory=dict)
    """Build arguments of every image; a change rebuilds all images. Defaults to none."""
    build_cache: bool = True
    """Whether an image that is built may take the layers of the last one from its repository. A machine that doesn't
    have them, such as a new runner, then pulls that image first. Defaults to `true`."""
    build_secrets: dict[BuildSecretName, SecretStr] = Field(default_factory=dict)
    """Values of build secrets, by id, for the modules that declare them; set them with
    `pulumi config set --secret --path`. Defaults to none."""
    encryption: Literal["aws", "customer"] = "aws"
    """Whether data is encrypted with AWS's own keys (`aws`), or with one customer-managed KMS key that the stack
    creates (`customer`). Defaults to `aws`."""
    force_delete: bool = False
    """Whether a bucket is deleted together with its objects, and a secret without a recovery window, when its module is
    removed or the stack is destroyed. Defaults to `false`."""
    http_api: HttpApi = HttpApi()
    """The HTTP API that the `triggers.routes` of all modules belong to; a stack without routes has none. Defaults to
    the values below."""
    keep_images: Annotated[int, Range(1, 1000, "images")] = 50
    """How many images a repository keeps, and how many of those that were served, but at least `keepVersions`; older
    ones expire. Defaults to 50."""
    keep_versions: Annotated[int, Range(1, 1000, "versions")] = 10
    """How many versions of a function are kept, and how many of those that passed their checks, when unused ones are
    deleted. Defaults to 10."""
    log_retention: LogRetention = 30
    """How many days logs are kept, for modules that don't set it. Defaults to 30."""
    memory_size: MemorySize = 1024
    """Memory of a function in MiB, for modules that don't set it. Defaults to 1024."""
    modules: dict[Name, dict[str, Any] | None] = Field(default_factory=dict)
    """Settings that modules have in this environment instead of those in their `module.yaml`, by module; `null` removes
    a setting. Defaults to none."""
    name_prefix: Annotated[str, NAME.or_empty] = ""
    """What physical names begin with. Defaults to `<project>-<stack>`."""
    parallel: Annotated[int, Range(1, 64, "modules")] = 4
    """How many modules are deployed at once, which also limits how many images build at once. Defaults to 4."""
    permissions_boundary: Annotated[str, POLICY_ARN.or_empty] = ""
    """ARN of an IAM policy that limits what the roles of the stack may do. Defaults to none."""
    pipeline: Pipeline = Pipeline()
    """When the pipeline deploys the stack, and which images. Defaults to the values below."""
    protection: bool = False
    """Whether images, logs, secrets, queues and buckets are kept when their module is removed. If `true`, `pulumi
    destroy` is refused. Defaults to `false`."""
    registry_host: str = ""
    """Host at which Docker and Lambda reach the registry of an emulator that is at a loopback address. Defaults to the
    account's own registry."""
    release: Release = Release()
    """How new versions get the calls of `live`, for modules that don't set it. Defaults to all calls at once."""
    secrets: dict[Name, dict[str, SecretStr]] = Field(default_factory=dict)
    """Values of secrets, by module and variable; set them with `pulumi config set --secret --path`. Defaults to
    none."""
    tags: Tags = Field(default_factory=dict)
    """Tags of every resource that can have tags. Defaults to none."""
    timeout: Timeout = 30
    """How long one invocation may run, in seconds, for modules that don't set it. Defaults to 30."""
