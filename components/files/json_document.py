"""Reading JSON that others wrote: what Python alone takes is refused, and what it fails at."""

import json
from typing import Any, NoReturn

LARGEST_EVENT = 6 * 1024 * 1024
"""Bytes, of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_DEEPEST = 100
"""Levels of a document."""
_LONGEST_NUMBER = 400
"""Characters of a whole number."""


def parse(text: str | bytes) -> Any:
    """Raises ValueError with what is wrong: a JSONDecodeError, if that has a place."""
    try:
        document = json.loads(text, parse_constant=_refuse, parse_int=_whole)
    except RecursionError:
        raise _deep() from None
    below = [document]
    for _ in range(_DEEPEST):
        below = [item for each in below for item in _items(each)]
    if below:
        raise _deep()
    return document


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []


def _refuse(constant: str) -> NoReturn:
    """Python's parser takes these, no other does."""
    raise ValueError(f"there is no {constant} in JSON")


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits):,} digits, and it may have {_LONGEST_NUMBER}")
    return int(digits)


def _deep() -> ValueError:
    return ValueError(f"it has more than {_DEEPEST} levels")
