"""What `Pulumi.<stack>.yaml` says of an environment."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from components.settings.module import (
    Alarms,
    AnArchitecture,
    Architecture,
    BuildArguments,
    LogRetention,
    MemorySize,
    Tags,
    Timeout,
)
from components.settings.triggers import TOPIC_ARN
from components.settings.values import NAME, POLICY_ARN, Name, Range, Settings


class StackSettings(Settings):
    """The settings of one environment."""

    alarm_topic: Annotated[str, TOPIC_ARN.or_empty] = ""
    """ARN of the SNS topic that alarms go to; one of the stack's own if empty."""
    alarms: Alarms = Alarms()
    """What raises an alarm of modules that don't say, within five minutes; 0 for none."""
    architecture: AnArchitecture = Architecture.X86_64
    """Of the images and functions of modules that don't say."""
    build_args: BuildArguments = Field(default_factory=dict)
    """Build arguments of every image; a change builds all of them."""
    encryption: Literal["aws", "customer"] = "aws"
    """With AWS's own keys, or one customer-managed KMS key for all data of the stack."""
    force_delete: bool = False
    """Whether a bucket of a removed module or a destroyed stack is deleted with its objects, and a secret at once."""
    keep_images: Annotated[int, Range(1, 1000, "images")] = 50
    """That a repository keeps, the newest."""
    log_retention: LogRetention = 30
    """Days that logs of modules that don't say are kept."""
    memory_size: MemorySize = 1024
    """Memory of modules that don't say."""
    modules: dict[Name, dict[str, Any] | None] = Field(default_factory=dict)
    """What is different of modules in this environment: by name, the keys of their `module.yaml`; null removes."""
    name_prefix: Annotated[str, NAME.or_empty] = ""
    """What physical names begin with; `<project>-<stack>` if empty."""
    parallel: Annotated[int, Range(1, 64, "modules")] = 4
    """Worked on at once, which bounds how many images build at once."""
    permissions_boundary: Annotated[str, POLICY_ARN.or_empty] = ""
    """ARN of an IAM policy that bounds what the functions' roles may be given; none if empty."""
    protection: bool = False
    """Whether images, logs, secrets, queues and buckets are kept when their module is removed; forbids `destroy`."""
    registry_host: str = ""
    """Where Docker and Lambda reach the registry of an emulator at a loopback address; AWS's own if empty."""
    secrets: dict[Name, dict[str, SecretStr]] = Field(default_factory=dict)
    """Values of secrets, by module and variable; `pulumi config set --secret --path` sets them."""
    tags: Tags = Field(default_factory=dict)
    """Of everything that can be tagged."""
    timeout: Timeout = 30
    """That a call of a function may take, of modules that don't say."""
