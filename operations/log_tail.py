"""The end of a function's log, which Lambda's answer to an event contains on request."""

import base64
from collections.abc import Mapping
from typing import Any

from components.printable import quoted


def log_tail(answer: Mapping[str, Any]) -> str:
    """Return what follows a function's error in a message: the end of the log, if `Invoke` was asked for it."""
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").rstrip()
    return f"\nThe end of its log:\n{quoted(log)}" if log else ""
