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


_LOG_LEVEL = "info"
"""Lambda's default (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html)."""


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
    files = settings.file_system
    # Keys that came later are left out if nothing is set, so that the hash of all other settings stays as it is.
    dual_stack = {"ipv6_allowed_for_dual_stack": True} if vpc and vpc.ipv6 else {}
    mounted = {"file_system_config": {"arn": files.access_point, "local_mount_path": files.path}} if files else {}
    network = {"subnet_ids": vpc.subnets, "security_group_ids": vpc.security_groups, **dual_stack} if vpc else None
    return {
        "architectures": [settings.architecture.value],
        "environment": {"variables": variables} if variables else None,
        "ephemeral_storage": {"size": settings.ephemeral_storage},
        "image_config": image_config if any(image_config.values()) else None,
        "memory_size": settings.memory_size,
        "timeout": settings.timeout,
        "tracing_config": {"mode": {"active": "Active", "passThrough": "PassThrough"}[settings.tracing]},
        "vpc_config": network,
        **mounted,
    }


def log_format(settings: ModuleSettings) -> str:
    """The log format by Lambda's name."""
    return {"json": "JSON", "text": "Text"}[settings.log_format]


def log_levels(settings: ModuleSettings) -> dict[str, str]:
    """The levels of logs by Lambda's names, as arguments of `aws.lambda_.Function`. Only logs as JSON have levels.

    Lambda's defaults are among them, because the provider would keep an earlier level that isn't given any more.
    """
    if settings.log_format == "text":
        return {}
    levels = {"application_log_level": settings.application_log_level, "system_log_level": settings.system_log_level}
    return {name: (level or _LOG_LEVEL).upper() for name, level in levels.items()}


def description(settings: ModuleSettings, secrets: Mapping[str, str], permissions: Iterable[Statement] = ()) -> str:
    """The description of a version, which differs between versions with different settings, permissions or secrets.

    The provider publishes a version only if something of the function differs, and the check of a published version
    compares its description. The image isn't part of it, because a change of two properties would cost two calls.

    `secrets` has, by variable, a text that differs for each value of a secret. `permissions` are those of the role.
    """
    levels = {name: level for name, level in log_levels(settings).items() if level != _LOG_LEVEL.upper()}
    further = {**levels, **({"role": settings.role} if settings.role else {})}
    parts = [configuration(settings, secrets), log_format(settings), *([further] if further else [])]
    fixed = json.dumps(parts, sort_keys=True)
    version = f"settings {hashlib.sha256(fixed.encode()).hexdigest()[:8]}"
    before, after = (f"{settings.description} (", ")") if settings.description else ("", "")
    intro = ", permissions "
    room = MAX_DESCRIPTION_LENGTH - len(before + version + intro + after)
    marks = permission_marks(permissions, settings.policies.managed, room)
    return f"{before}{version}{intro if marks else ''}{marks}{after}"
