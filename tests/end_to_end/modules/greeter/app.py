from pathlib import Path
from typing import Any

GREETING = Path(__file__).with_name("words.txt").read_text().strip()


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    return {"greeting": f"{GREETING}, {event['name']}"}


def shout(event: dict[str, Any], context: object) -> dict[str, str]:
    return {"greeting": f"{GREETING}, {event['name']}".upper()}
