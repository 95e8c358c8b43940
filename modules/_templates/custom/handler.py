"""Greets."""

from typing import Any


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"name": <whom to greet>}`, answers `{"greeting": <text>}`."""
    name = event.get("name")
    if not isinstance(name, str):
        raise ValueError('the event needs "name": whom to greet')
    return {"greeting": f"Hello, {name}!"}
