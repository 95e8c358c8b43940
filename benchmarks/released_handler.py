"""The function that the part `releases` deploys. Its answer shows everything that a deployment may change."""

import functools
import os
from typing import Any

REVISION = "0"
GREETING = "hello"


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes any event. Fails if the function needs a permission that it doesn't have."""
    name = os.environ.get("PARAMETER")
    return {
        "version": context.function_version,
        "revision": REVISION,
        "greeting": GREETING,
        "memory": int(context.memory_limit_in_mb),
        "colour": os.environ["COLOUR"],
        "parameter": _ssm().get_parameter(Name=name)["Parameter"]["Value"] if name else "",
    }


@functools.cache
def _ssm() -> Any:
    import boto3  # here, because it takes most of the time in which an instance starts

    return boto3.client("ssm")
