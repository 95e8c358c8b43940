"""Adds up the lines of an invoice."""

from typing import Any

from pricing import net, tax


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"lines": [{"quantity": <number>, "unitPrice": <cents>}]}`, answers `net`, `tax` and `total` in cents."""
    amount = sum(net(line["quantity"], line["unitPrice"]) for line in event["lines"])
    return {"net": amount, "tax": tax(amount), "total": amount + tax(amount)}
