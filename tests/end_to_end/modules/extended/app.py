"""Asks the extension of its image whether Lambda told it of this event."""

import time
import urllib.request
from typing import Any


def handle(event: object, context: Any) -> dict[str, bool]:
    deadline = time.monotonic() + 5
    while (told := asked() == context.aws_request_id) is False and time.monotonic() < deadline:
        time.sleep(0.01)
    return {"told": told}


def asked() -> str:
    with urllib.request.urlopen("http://127.0.0.1:8080", timeout=5) as answer:
        text: str = answer.read().decode()
    return text
