"""The rules that a resource type declares for its properties, beyond the names and types in the SDK."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.offline.plugins.values import UNKNOWN, Secret, Values

Validity = Callable[[str, Any], str | None]
"""Given what to call a value and the value, says what is wrong with it, or None."""
CrossPropertyRule = Callable[[Values], Iterable[tuple[str, str]]]
"""Given all inputs, the properties that don't go together, each with what is wrong."""


def as_is(value: Any) -> Any:
    return value


def is_zero(value: Any) -> bool:
    """True for what the provider can't tell from an absent value: "", 0, false, empty, or an object of such."""
    if isinstance(value, Mapping):
        return all(is_zero(item) for item in value.values())
    return value is None or value in ("", 0, [])


def equal(old: Any, new: Any) -> bool:
    """Equality in which an absent value equals a zero one, at any depth."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(equal(old.get(name), new.get(name)) for name in {*old, *new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(equal, old, new))
    return old == new or (is_zero(old) and is_zero(new))


@dataclass(frozen=True, kw_only=True)
class Property:
    required: bool = False
    computed: bool = False
    """Where the program doesn't set it, AWS does: unknown in the preview of a create, kept in an update."""
    default: Any = None
    output_only: bool = False
    """The SDK takes it as an input, the local plugin doesn't."""
    replaces: bool = False
    """A change of it replaces the resource."""
    secret: bool = False
    """The engine encrypts it in the state and hides it, whatever the program says; messages don't show it."""
    json: bool = False
    """A JSON document; one given as an object becomes its text."""
    valid: Validity | None = None
    """For a list: of each element."""
    max_items: int | None = None
    """The greatest number of elements of a list."""
    normalise: Callable[[Any], Any] = as_is
    """The form in the state."""
    same: Callable[[Any, Any], bool] = equal
    """Old and new in that form: no difference."""
    nested: Mapping[str, "Property"] = field(default_factory=dict)
    """Of an object, or of the objects in a list; those with no rule of their own are optional."""


PLAIN = Property()


def with_secrets_marked(values: Values, rules: Mapping[str, Property]) -> Values:
    """The values for the engine, with the secret ones marked."""
    return {name: Secret(value) if rules.get(name, PLAIN).secret else value for name, value in values.items()}


def in_any_order(old: Any, new: Any) -> bool:
    """Two lists are the same set."""
    return len(old) == len(new) and all(item in old for item in new)


def one_of(*choices: Any) -> Validity:
    listed = " ".join(json.dumps(choice) for choice in choices)
    return lambda label, value: None if value in choices else f"expected {label} to be one of [{listed}], got {value}"


def in_range(low: int, high: int) -> Validity:
    return lambda label, value: (
        None if low <= value <= high else f"expected {label} to be in the range ({low} - {high}), got {value}"
    )


def at_least(low: int) -> Validity:
    return lambda label, value: None if value >= low else f"expected {label} to be at least ({low}), got {value}"


def at_most(high: int) -> Validity:
    return lambda label, value: None if value <= high else f"expected {label} to be at most ({high}), got {value}"


def length(low: int, high: int) -> Validity:
    return lambda label, value: (
        None
        if low <= len(value) <= high
        else f"expected length of {label} to be in the range ({low} - {high}), got {value}"
    )


def matching(pattern: str, message: str) -> Validity:
    return lambda label, value: (
        None if re.fullmatch(pattern, value) else f"invalid value for {label} ({message}): {json.dumps(value)}"
    )


def arn(label: str, value: Any) -> str | None:
    if value == "" or re.fullmatch(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", value):
        return None
    return f'"{label}" ({value}) is an invalid ARN'


def json_text(label: str, value: Any) -> str | None:
    """An empty text passes, as with the recorded provider."""
    if value == "":
        return None
    try:
        json.loads(value)
    except ValueError as error:
        return f'"{label}" contains an invalid JSON: {error}'
    return None


def every(*checks: Validity) -> Validity:
    """The first finding."""
    return lambda label, value: next((found for check in checks if (found := check(label, value))), None)


def conflicting(one: str, other: str) -> CrossPropertyRule:
    """A property whose value is not known yet conflicts with none: it may turn out not to be set."""

    def check(values: Values) -> Iterable[tuple[str, str]]:
        for name, rival in ((one, other), (other, one)):
            if name in values and values.get(rival, UNKNOWN) is not UNKNOWN:
                yield name, f'Conflicting configuration arguments. "{name}": conflicts with {rival}'

    return check


def exactly_one_of(*names: str) -> CrossPropertyRule:
    def check(values: Values) -> Iterable[tuple[str, str]]:
        given = [name for name in names if name in values]
        wrong = "one of `{}` must be specified" if not given else "only one of `{}` can be specified, but `{}` were"
        if len(given) != 1:
            for name in names:
                detail = wrong.format(",".join(names), ",".join(given))
                yield name, f'Invalid combination of arguments. "{name}": {detail}'

    return check


def needing(name: str, other: str) -> CrossPropertyRule:
    def check(values: Values) -> Iterable[tuple[str, str]]:
        if name in values and other not in values:
            yield name, f'Missing required argument. "{name}": all of `{name},{other}` must be specified'

    return check
