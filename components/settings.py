"""A stack's settings: what `Pulumi.<stack>.yaml` says, checked."""

import difflib
import enum
import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Self

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from components.errors import ComponentError

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def _known_retention(days: int) -> int:
    if days not in _RETENTIONS:
        raise ValueError(f"CloudWatch Logs keeps for one of {', '.join(map(str, _RETENTIONS))} days")
    return days


class Architecture(enum.StrEnum):
    """As Lambda names it; `platform` is the same thing as Docker names it."""

    X86_64 = "x86_64"
    ARM64 = "arm64"

    @property
    def platform(self) -> str:
        return {"x86_64": "linux/amd64", "arm64": "linux/arm64"}[self.value]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class LambdaSettings(_Settings):
    """How a function runs. Limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

    architecture: Architecture = Architecture.X86_64
    """Of the image and of the function alike."""
    memory_size: Annotated[int, Field(ge=128, le=10240)] = 1024
    """MiB."""
    timeout: Annotated[int, Field(ge=1, le=900)] = 30
    """Seconds."""
    log_retention: Annotated[int, AfterValidator(_known_retention)] = 30
    """Days."""


class StackSettings(LambdaSettings):
    """The settings of one environment, the same for all its modules."""

    build_args: dict[str, str] = Field(default_factory=dict)
    """Handed to every image's build; a change rebuilds."""
    force_delete: bool = False
    """Whether `pulumi destroy` deletes repositories with the images in them."""
    keep_images: Annotated[int, Field(ge=1, le=1000)] = 50
    """Images that a repository keeps."""
    parallel: Annotated[int, Field(ge=1, le=64)] = 4
    """Modules worked on at once, which bounds how many images build at once."""
    permissions_boundary: str = ""
    """ARN of an IAM policy that bounds what the functions' roles may be given."""
    registry_host: str = ""
    """For an emulator at a loopback address only: where its registry is reached."""

    @classmethod
    def load(cls, config: pulumi.Config) -> Self:
        """The settings in a stack's configuration. Raises ComponentError that names every invalid one."""
        try:
            return cls.model_validate({key: _plain(text) for key, text in _given(config)})
        except ValidationError as invalid:
            known = [str(field.alias) for field in cls.model_fields.values()]
            lines = [f"  {config.name}:{_mistake(error, known)}" for error in invalid.errors()]
            raise ComponentError(
                f"the settings of stack '{pulumi.get_stack()}' are not valid; mend Pulumi.{pulumi.get_stack()}.yaml:\n"
                + "\n".join(lines)
            ) from invalid


def _given(config: pulumi.Config) -> Iterator[tuple[str, str]]:
    """All of a program's own keys, known or not. `pulumi.Config` can't list them, so where it looks is looked into."""
    prefix = f"{config.name}:"
    for key in {**get_config_env(), **CONFIG.get()}:
        if key.startswith(prefix):
            name = key.removeprefix(prefix)
            yield name, config.require(name)


def _mistake(error: ErrorDetails, known: Iterable[str]) -> str:
    """`timeout is 901: Input should be ...`, or the setting that was probably meant."""
    name = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return f"{name} is {error['input']!r}: {error['msg']}"
    close = difflib.get_close_matches(name, known, n=1)
    return f"{name} is no setting" + (f": did you mean {close[0]}?" if close else f"; there are {', '.join(known)}")


def _plain(text: str) -> Any:
    """Configuration reaches a program as text: JSON for everything but strings."""
    try:
        return json.loads(text)
    except ValueError:
        return text
