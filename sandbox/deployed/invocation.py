"""How a client that invokes functions is set, so that a call is made once and Lambda alone decides when it ends.

By default botocore gives up after 60 seconds and sends the call again, up to four times: the function runs five times.
"""

from typing import Any

LONGEST = 900
"""Seconds that a function may run: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"""
START = 60
"""Seconds that the start of a function's container may add to that."""


def once() -> dict[str, Any]:
    """Options of `botocore.config.Config`. The endpoint is on this machine, so there is no proxy on the way."""
    return {
        "connect_timeout": 5,
        "proxies": {},
        "read_timeout": LONGEST + START,
        "retries": {"mode": "standard", "total_max_attempts": 1},
    }
