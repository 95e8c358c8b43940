"""Waits until AWS has done what was asked of it."""

import time
from collections.abc import Callable

from sandbox.offline.plugins.aws.resource import AwsCall
from sandbox.offline.plugins.errors import Refused

_POLL_SECONDS = 0.05


def wait_until(
    call: AwsCall, reached: Callable[[], bool], doing: str, seconds: float, too_late: Callable[[], str]
) -> None:
    """Return once `reached` returns true. Raises Refused when the time is over, with the message of `too_late`, and on
    an interrupt."""
    deadline = time.monotonic() + seconds
    while not reached():
        if call.cancelled.wait(_POLL_SECONDS):
            raise Refused(f"cancelled while {doing}")
        if time.monotonic() >= deadline:
            raise Refused(too_late())
