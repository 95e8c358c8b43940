"""What Lambda knows of a function that it starts, from the configuration that its API returns for a version."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.docker.function_container import HOST, Function

Data = Mapping[str, Any]

LOG_LEVEL = "INFO"
"""The level of logs as JSON, unless the configuration has one."""


def function_of(configuration: Data, region: str, port: int | None, credentials: Mapping[str, str]) -> Function:
    """Return what Lambda knows of a version.

    `port` is the emulator's, None for a function that reaches none. `credentials` are a session of the role.
    """
    image = (configuration.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    return Function(
        image=configuration.get("ImageUri", ""),
        variables=variables(configuration, region, port, credentials),
        memory=configuration["MemorySize"],
        storage=configuration["EphemeralStorage"]["Size"],
        entry_point=image.get("EntryPoint") or (),
        command=image.get("Command") or (),
        working_directory=image.get("WorkingDirectory") or "",
    )


def variables(configuration: Data, region: str, port: int | None, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that Lambda sets for an image, and those of its settings.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    name, version = configuration["FunctionName"], configuration["Version"]
    today = datetime.now(UTC).strftime("%Y/%m/%d")
    given: dict[str, str] = (configuration.get("Environment") or {}).get("Variables") or {}
    emulator = {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # the emulator has no host names of its own
    }
    return {
        **(emulator if port else {}),
        **given,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(configuration["Timeout"]),  # read by the runtime interface emulator
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": (configuration.get("LoggingConfig") or {}).get("LogGroup")
        or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{today}/[{version}]{uuid.uuid4().hex}",
        **log_variables(configuration),
        **credentials,
    }


def log_variables(configuration: Data) -> dict[str, str]:
    """Return the variables by which a function's runtime knows the format and the level of its logs.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    logging = configuration.get("LoggingConfig") or {}
    if logging.get("LogFormat") != "JSON":
        return {}
    return {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", LOG_LEVEL)}
