"""The end of a function's log, which Lambda's answer to an event contains on request."""

import base64
import time
from collections.abc import Mapping, Sequence
from typing import Any

from components.printable import quoted
from operations.log_text import View


def log_tail(answer: Mapping[str, Any]) -> str:
    """Return what follows a function's error in a message: the end of the log, if `Invoke` was asked for it."""
    return quoted_log(log_end(answer).splitlines())


def quoted_log(lines: Sequence[str]) -> str:
    """Return the end of a log as it follows an error in a message."""
    return "\nThe end of its log:\n" + quoted("\n".join(lines)) if lines else ""


def log_end(answer: Mapping[str, Any]) -> str:
    """Return the end of the log. Empty if there is none."""
    return base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").rstrip()


def own_lines(log: str) -> list[str]:
    """Return the lines that a function wrote, as `logs` shows them."""
    now = round(time.time() * 1000)
    return [shown for line in log.splitlines() for shown in View().lines(line, now)]
