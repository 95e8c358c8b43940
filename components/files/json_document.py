"""Reading JSON that others wrote: what Python alone takes is refused, and what it fails at."""

import json
from typing import Any, NoReturn

MAX_EVENT_BYTES = 6 * 1024 * 1024
"""Bytes, of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_MAX_LEVELS = 100
"""Levels of a document."""
_MAX_DIGITS = 400
"""Characters of a whole number."""


def parse(text: str | bytes) -> Any:
    """Raises ValueError with what is wrong: a JSONDecodeError, if that has a place."""
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
    """Python's parser takes these, no other does."""
    raise ValueError(f"{constant} is not valid JSON")


def _bounded_integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits, and it may have {_MAX_DIGITS}")
    return int(digits)


def _too_deep() -> ValueError:
    return ValueError(f"it has more than {_MAX_LEVELS} levels")
