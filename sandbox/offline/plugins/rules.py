"""The rules that a resource type declares for its properties, in addition to their names and types in the SDK."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.offline.plugins.values import UNKNOWN, Secret, Values, has_unknown

Validity = Callable[[str, Any], str | None]
"""Takes the label of a value and the value. Returns what is wrong with the value, or None."""
CrossPropertyRule = Callable[[Values], Iterable[tuple[str, str]]]
"""Takes all inputs. Returns the properties that break the rule, each with the reason."""


def as_is(value: Any) -> Any:
    return value


def is_zero(value: Any) -> bool:
    """Whether the provider treats a value as absent: "", 0, false, an empty list, or an object of such values."""
    if isinstance(value, Mapping):
        return all(is_zero(item) for item in value.values())
    return value is None or value in ("", 0, [])


def equal(old: Any, new: Any) -> bool:
    """Whether two values are equal, where an absent value equals a zero value at any depth."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(equal(old.get(name), new.get(name)) for name in {*old, *new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(equal, old, new))
    return old == new or (is_zero(old) and is_zero(new))


@dataclass(frozen=True, kw_only=True)
class Property:
    required: bool = False
    computed: bool = False
    """If the program doesn't set it, AWS does: it is unknown in the preview of a create, and kept in an update."""
    default: Any = None
    output_only: bool = False
    """The SDK has it as an input, but the local plugin doesn't support it."""
    replaces: bool = False
    """A change of it replaces the resource."""
    secret: bool = False
    """It is always a secret: the engine encrypts it in the state and hides it, and messages don't show it."""
    json: bool = False
    """It is a JSON document. An object is converted to a string."""
    valid: Validity | None = None
    """The check of the value. In a list, it applies to each element."""
    max_items: int | None = None
    """The greatest number of elements of a list."""
    normalise: Callable[[Any], Any] = as_is
    """Converts the value to its form in the state."""
    same: Callable[[Any, Any], bool] = equal
    """Whether the old and the new value, in that form, are equal in meaning."""
    nested: Mapping[str, "Property"] = field(default_factory=dict)
    """The rules for the properties of an object, or of the objects in a list. A property without a rule is optional."""


PLAIN = Property()


def with_secrets_marked(values: Values, rules: Mapping[str, Property]) -> Values:
    """Returns the values for the engine, with secret ones marked."""
    return {name: Secret(value) if rules.get(name, PLAIN).secret else value for name, value in values.items()}


def in_any_order(old: Any, new: Any) -> bool:
    """Whether two lists have the same elements in any order."""
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
    """Checks for valid JSON. An empty string is valid, as in the official provider."""
    if value == "":
        return None
    try:
        json.loads(value)
    except ValueError as error:
        return f'"{label}" contains an invalid JSON: {error}'
    return None


def every(*checks: Validity) -> Validity:
    """Returns the first failure of several checks."""
    return lambda label, value: next((found for check in checks if (found := check(label, value))), None)


def conflicts_with(one: str, other: str) -> CrossPropertyRule:
    """A property doesn't conflict with one whose value is unknown, because that one may turn out not to be set."""

    def check(values: Values) -> Iterable[tuple[str, str]]:
        for name, rival in ((one, other), (other, one)):
            if name in values and values.get(rival, UNKNOWN) is not UNKNOWN:
                yield name, f'Conflicting configuration arguments. "{name}": conflicts with {rival}'

    return check


def exactly_one_of(*names: str) -> CrossPropertyRule:
    """One of the properties must be set, possibly to an unknown value, and not more than one to a known value.

    This is `ExactlyOneOf` of Terraform's SDK:
    https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/schema/schema.go (validateExactlyOneAttribute)
    """
    listed = ",".join(names)

    def check(values: Values) -> Iterable[tuple[str, str]]:
        unknown = any(has_unknown(values.get(name)) for name in names)
        specified = [name for name in names if name in values and not has_unknown(values[name])]
        if not specified and not unknown:
            detail = f"one of `{listed}` must be specified"
        elif len(specified) > 1:
            detail = f"only one of `{listed}` can be specified, but `{','.join(specified)}` were specified"
        else:
            return
        for name in names:
            yield name, f'Invalid combination of arguments. "{name}": {detail}'

    return check


def required_with(name: str, other: str) -> CrossPropertyRule:
    """The property `name` can only be set together with `other`."""

    def check(values: Values) -> Iterable[tuple[str, str]]:
        if name in values and other not in values:
            yield name, f'Missing required argument. "{name}": all of `{name},{other}` must be specified'

    return check
