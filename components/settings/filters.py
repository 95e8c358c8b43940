"""Patterns that choose events: of EventBridge's rules, of event source mappings, and of SNS's subscriptions.

All have nearly the same syntax: an object, whose keys are those of an event, and whose values are objects below, or
lists of what a value may be.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
"""

import ipaddress
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator

from components.json_text import json_text
from components.settings.values import json_value

MAX_PATTERN_CHARACTERS = 4096
"""Of an event pattern, and of a filter pattern of an event source mapping, as JSON.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html
"""
MAX_FILTERS = 5
"""Of an event source mapping: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""
MAX_POLICY_KEYS = 5
MAX_POLICY_COMBINATIONS = 150
MAX_POLICY_CHARACTERS = 262_144
_DEEPEST = 50
"""A guard for this module's recursion. No event that AWS delivers is nested so deeply."""

Path = tuple[str, ...]
Wrong = Iterator[tuple[Path, str]]
"""Places within a pattern, each with what is wrong there."""

_COMPARISONS = ("=", "<", "<=", ">", ">=")


def wrong_in(pattern: Any, path: Path = (), depth: int = 0) -> Wrong:
    """What AWS refuses in a pattern, which is any value that JSON has."""
    if not isinstance(pattern, Mapping):
        yield path, 'should be a mapping of keys to lists of values, such as {"state": ["open"]}'
        return
    if not pattern:
        yield path, "is empty: name at least one key"
    if depth > _DEEPEST:
        yield path, "is nested too deeply"
        return
    for key, value in pattern.items():
        below = (*path, str(key))
        if not isinstance(key, str):
            yield below, "should be text: put the key in quotes"
        elif key == "$or":
            yield from _alternatives(value, below, depth)
        elif isinstance(value, Mapping):
            yield from wrong_in(value, below, depth + 1)
        elif isinstance(value, list):
            yield from _values(value, below)
        else:
            yield below, f"should be a list of values, such as [{json_text(value)}]"


def _alternatives(value: Any, path: Path, depth: int) -> Wrong:
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(each, Mapping) for each in value):
        yield path, "should be a list of two or more mappings"
        return
    for index, each in enumerate(value):
        yield from wrong_in(each, (*path, str(index)), depth + 1)


def _values(values: list[Any], path: Path) -> Wrong:
    if not values:
        yield path, "is empty: name at least one value"
    for index, value in enumerate(values):
        at = (*path, str(index))
        if isinstance(value, Mapping):
            yield from _matcher(value, at)
        elif not _is_scalar(value):
            yield at, "should be text, a number, true, false, null, or a mapping such as {prefix: a}"


def _matcher(matcher: Mapping[Any, Any], path: Path) -> Wrong:
    if len(matcher) != 1:
        yield path, f"should have one operator, and has {len(matcher)}"
        return
    ((operator, operand),) = matcher.items()
    if operator not in _OPERATORS:
        yield path, f"has the operator {operator}, which doesn't exist: choose one of {', '.join(sorted(_OPERATORS))}"
    elif reason := _OPERATORS[operator](operand):
        yield (*path, operator), reason


def _text(operand: Any) -> str | None:
    return None if isinstance(operand, str) else "should be text"


def _affix(operand: Any) -> str | None:
    if isinstance(operand, Mapping):
        fits = list(operand) == ["equals-ignore-case"] and isinstance(operand["equals-ignore-case"], str)
        return None if fits else "should be text, or {equals-ignore-case: text}"
    return _text(operand)


def _wildcard(operand: Any) -> str | None:
    if isinstance(operand, str) and "**" in operand.replace("\\\\", "").replace("\\*", ""):
        return "has ** in it: one * is enough"
    return _text(operand)


def _exists(operand: Any) -> str | None:
    return None if isinstance(operand, bool) else "should be true or false"


def _cidr(operand: Any) -> str | None:
    """EventBridge takes neither a lone address nor a block of one address."""
    try:
        network = ipaddress.ip_network(operand, strict=False) if isinstance(operand, str) and "/" in operand else None
    except ValueError:
        network = None
    return None if network and network.num_addresses > 1 else "should be a block of addresses, such as 10.0.0.0/24"


def _numeric(operand: Any) -> str | None:
    """One comparison, or a lower limit and then an upper one."""
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return 'should be a comparison, such as [">", 0], or two, such as [">", 0, "<=", 5]'
    operators, numbers = operand[::2], operand[1::2]
    for operator in operators:
        if operator not in _COMPARISONS:
            return f"has {json_text(operator)}, which should be one of {' '.join(_COMPARISONS)}"
    for number in numbers:
        if not _is_number(number):
            return f"has {json_text(number)}, which should be a number"
    if len(operators) == 2 and (operators[0] not in (">", ">=") or operators[1] not in ("<", "<=")):
        return 'should have the lower limit first, such as [">", 0, "<=", 5]'
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        return f"has the lower limit {numbers[0]}, which should be less than the upper one, {numbers[1]}"
    return None


def _anything_but(operand: Any) -> str | None:
    if isinstance(operand, Mapping):
        fits = len(operand) == 1 and set(operand) <= {"prefix", "suffix", "equals-ignore-case", "wildcard"}
        if not fits or not all(_is_list_of(str, value) for value in operand.values()):
            return "should be values, or one of prefix, suffix, equals-ignore-case and wildcard with text"
        return None
    if _is_list_of(str, operand) or (_listed(operand) and all(map(_is_number, _listed(operand)))):
        return None
    return None if isinstance(operand, bool) or operand is None else "should be text or texts, or a number or numbers"


_OPERATORS: Mapping[Any, Callable[[Any], str | None]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _text,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _affix,
    "suffix": _affix,
    "wildcard": _wildcard,
}
"""What is wrong with each one's operand, if anything."""


def _is_number(value: Any) -> bool:
    return type(value) is int or (isinstance(value, float) and math.isfinite(value))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float)


def _listed(operand: Any) -> list[Any]:
    return operand if isinstance(operand, list) else [operand]


def _is_list_of(kind: type, operand: Any) -> bool:
    """Whether it is one value of the kind, or a list of such values."""
    values = _listed(operand)
    return bool(values) and all(isinstance(value, kind) for value in values)


def _checked(pattern: Any, characters: int = MAX_PATTERN_CHARACTERS) -> Any:
    found = [f"{'.'.join(path)} {what}" if path else f"it {what}" for path, what in wrong_in(pattern)]
    if found:
        raise ValueError("; ".join(found))
    if (size := len(json_text(pattern))) > characters:
        raise ValueError(f"it has {size:,} characters as JSON, and may have {characters:,}")
    return pattern


def wrong_with_attributes(policy: Mapping[str, Any]) -> str | None:
    """Why SNS refuses a filter policy for the attributes of messages, which have no values below one another."""
    nested = [key for key, value in policy.items() if isinstance(value, Mapping)]
    return f"has values below {nested[0]}, which only `filterScope: messageBody` can have" if nested else None


def wrong_with_size(policy: Mapping[str, Any]) -> str | None:
    """Why SNS refuses a filter policy as too large. The values of a key count once for each level down to it."""
    keys = [key for key in policy if key != "$or"]
    if len(keys) > MAX_POLICY_KEYS:
        return f"has {len(keys)} keys, and may have {MAX_POLICY_KEYS}"
    combinations = math.prod(depth * len(values) for depth, values in _leaves(policy))
    if combinations > MAX_POLICY_COMBINATIONS:
        return f"has {combinations:,} combinations of values, and may have {MAX_POLICY_COMBINATIONS}"
    return None


def _leaves(policy: Any, depth: int = 1) -> Iterator[tuple[int, Sequence[Any]]]:
    """The values of each key, with how many levels down they are."""
    for key, value in policy.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, depth + 1)
        elif key == "$or":
            for each in value:
                yield from _leaves(each, depth)
        else:
            yield depth, value


FilterPattern = Annotated[dict[str, Any], AfterValidator(json_value), AfterValidator(_checked)]
"""An event pattern, or one of the filters of an event source mapping."""
FilterPolicy = Annotated[
    dict[str, Any], AfterValidator(json_value), AfterValidator(partial(_checked, characters=MAX_POLICY_CHARACTERS))
]
"""The filter of a subscription to a topic; `wrong_with_attributes` and `wrong_with_size` are rules for it, too."""
