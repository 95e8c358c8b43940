"""Answers what a customer would pay."""

from typing import Any

from pricing import net, tax


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"quantity": <number>, "unitPrice": <cents>}`, answers `{"price": <cents, with tax>}`."""
    amount = net(event["quantity"], event["unitPrice"])
    return {"price": amount + tax(amount)}
