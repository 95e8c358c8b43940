"""Settings of clients of the emulator: those of any client, but without a proxy, because it is on this machine."""

from typing import Any

from operations import lambda_client

LOCAL: dict[str, Any] = {"proxies": {}}
"""Options for `botocore.config.Config`."""


def single_attempt() -> dict[str, Any]:
    """Return options of a client that invokes functions."""
    return {**lambda_client.single_attempt(), **LOCAL}
