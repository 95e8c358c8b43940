"""The configuration of a function's version besides its image, and the description that identifies it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from components.function.permission_marks import permission_marks
from components.policy import Statement
from components.settings import ModuleSettings

MAX_DESCRIPTION_LENGTH = 256
"""How many characters Lambda allows (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html)."""


def configuration(settings: ModuleSettings, secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `aws.lambda_.Function` that follow from settings and are fixed in a version.

    `secrets` are the variables that refer to the function's secrets.
    """
    image, vpc = settings.image, settings.vpc
    image_config = {
        "commands": image.command,
        "entry_points": image.entry_point,
        "working_directory": image.working_directory,
    }
    variables = {**settings.environment, **secrets}
    return {
        "architectures": [settings.architecture.value],
        "environment": {"variables": variables} if variables else None,
        "ephemeral_storage": {"size": settings.ephemeral_storage},
        "image_config": image_config if any(image_config.values()) else None,
        "memory_size": settings.memory_size,
        "timeout": settings.timeout,
        "tracing_config": {"mode": {"active": "Active", "passThrough": "PassThrough"}[settings.tracing]},
        "vpc_config": {"subnet_ids": vpc.subnets, "security_group_ids": vpc.security_groups} if vpc else None,
    }


def log_format(settings: ModuleSettings) -> str:
    """The log format by Lambda's name."""
    return {"json": "JSON", "text": "Text"}[settings.log_format]


def description(settings: ModuleSettings, secrets: Mapping[str, str], permissions: Iterable[Statement] = ()) -> str:
    """The description of a version, which differs between versions with different settings, permissions or secrets.

    The provider publishes a version only if something of the function differs, and the check of a published version
    compares its description. The image isn't part of it, because a change of two properties would cost two calls.

    `secrets` has, by variable, a text that differs for each value of a secret. `permissions` are those of the role.
    """
    fixed = json.dumps([configuration(settings, secrets), log_format(settings)], sort_keys=True)
    version = f"settings {hashlib.sha256(fixed.encode()).hexdigest()[:8]}"
    before, after = (f"{settings.description} (", ")") if settings.description else ("", "")
    intro = ", permissions "
    room = MAX_DESCRIPTION_LENGTH - len(before + version + intro + after)
    marks = permission_marks(permissions, settings.policies.managed, room)
    return f"{before}{version}{intro if marks else ''}{marks}{after}"
