"""What MiniStack's handlers take and return."""

from typing import Any

from ministack.core.responses import error_response_json

Data = dict[str, Any]
"""A request, or what MiniStack stores."""
Answer = Any
"""As MiniStack returns one: status, headers, body."""


def conflict(message: str) -> Answer:
    return error_response_json("ResourceConflictException", message, 409)


def invalid(message: str) -> Answer:
    return error_response_json("InvalidParameterValueException", message, 400)
