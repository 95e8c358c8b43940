"""Settings of a client that invokes functions: it makes each call once and waits until Lambda ends it.

By default botocore gives up after 60 seconds and sends the call again, up to four times. The function runs five times.
"""

from typing import Any

MAX_DURATION_SECONDS = 900
"""How long a function may run: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"""
CONTAINER_START_SECONDS = 60
"""How long starting the function's container may take in addition."""


def single_attempt() -> dict[str, Any]:
    """Return options for `botocore.config.Config`."""
    return {
        "connect_timeout": 5,
        "read_timeout": MAX_DURATION_SECONDS + CONTAINER_START_SECONDS,
        "retries": {"mode": "standard", "total_max_attempts": 1},
    }
