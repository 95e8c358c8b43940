"""Parses JSON from outside, strictly: it refuses what only Python's parser accepts, and what makes that fail."""

import json
from typing import Any, NoReturn

MAX_EVENT_BYTES = 6 * 1024 * 1024
"""The limit of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_MAX_LEVELS = 100
"""Levels that a document may have."""
_MAX_DIGITS = 400
"""Digits that a whole number may have."""


def parse(text: str | bytes) -> Any:
    """Parse a JSON document. Raises ValueError, or JSONDecodeError where the mistake has a position."""
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_int=_bounded_integer)
    except RecursionError:
        raise _too_deep() from None
    below = [document]
    for _ in range(_MAX_LEVELS):
        below = [item for each in below for item in _children(each)]
    if below:
        raise _too_deep()
    return document


def _children(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []


def _refuse_constant(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's parser accepts and others don't."""
    raise ValueError(f"{constant} is not valid JSON")


def _bounded_integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits, and it may have {_MAX_DIGITS}")
    return int(digits)


def _too_deep() -> ValueError:
    return ValueError(f"it has more than {_MAX_LEVELS} levels")
