"""Check: validates the names, types and values of properties before anything is planned.

The wording is that of the official provider: each failure ends with `Examine values at '<name>.<property>'`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.offline.plugins.errors import CheckFailure, CheckResult
from sandbox.offline.plugins.provider import did_you_mean
from sandbox.offline.plugins.rules import PLAIN, CrossPropertyRule, Property, with_secrets_marked
from sandbox.offline.plugins.shapes import ANY, Shape, snake
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown

_UNSUPPORTED = Property(output_only=True)


class WrongType(Exception):
    """A value can't be converted to the type of its property. The message is the name of that type."""


def check(
    name: str,
    shape: Shape,
    rules: Mapping[str, Property],
    cross_property_rules: Sequence[CrossPropertyRule],
    inputs: Values,
) -> CheckResult:
    """Checks the inputs of the resource called `name`.

    Returns them without defaults, and with values that were converted to the types of their properties.
    """
    checker = _Checker(name)
    property_rules = {each: rules.get(each, _UNSUPPORTED) for each in shape.properties}
    checked = checker.object(inputs, shape.properties, property_rules, "")
    for rule in cross_property_rules:
        for property_name, reason in rule(checked):
            checker.add_failure(property_name, reason)
    return CheckResult(with_secrets_marked(checked, rules), checker.failures)


class _Checker:
    def __init__(self, name: str) -> None:
        self._name = name
        self.failures: list[CheckFailure] = []

    def add_failure(self, path: str, reason: str) -> None:
        self.failures.append(CheckFailure(f"{reason}. Examine values at '{self._name}.{path}'."))

    def object(self, values: Values, shapes: Mapping[str, Shape], rules: Mapping[str, Property], prefix: str) -> Values:
        for name in sorted(values.keys() - shapes.keys()):
            self.add_failure(prefix + name, f'unknown property "{prefix}{name}"{did_you_mean(name, shapes)}')
        for name, rule in rules.items():
            if rule.required and name in shapes and values.get(name) is None:
                what = f'The argument "{_label(prefix + name)}" is required, but no definition was found.'
                self.add_failure(prefix + name, f"Missing required argument. {what}")
        given = {name: value for name, value in values.items() if name in shapes and value is not None}
        unsupported = {name for name in given if rules.get(name, PLAIN).output_only}
        for name in sorted(unsupported):
            self.add_failure(prefix + name, f'property "{prefix}{name}" is not supported by the local plugin')
        return {
            name: self._value(value, shapes[name], rules.get(name, PLAIN), prefix + name)
            for name, value in given.items()
            if name not in unsupported
        }

    def _value(self, value: Any, shape: Shape, rule: Property, path: str) -> Any:
        if value is UNKNOWN:
            return UNKNOWN
        try:
            typed = _typed(value, shape, rule)
        except WrongType as wrong_type:
            shown = "a secret" if rule.secret else json.dumps(value, default=repr)
            self.add_failure(path, f"expected {_label(path)} to be {wrong_type}, got {shown}")
            return value
        if shape.kind == "object":
            return self.object(typed, shape.properties, rule.nested, f"{path}.")
        if shape.kind == "list":
            if rule.max_items is not None and len(typed) > rule.max_items:
                self.add_failure(
                    path, f"Too many list items. {_label(path)} supports {rule.max_items}, but has {len(typed)}"
                )
            return [self._value(each, shape.element or ANY, rule, f"{path}[{i}]") for i, each in enumerate(typed)]
        if shape.kind == "map":
            return {key: self._value(each, shape.element or ANY, rule, f"{path}.{key}") for key, each in typed.items()}
        if rule.valid and typed is not UNKNOWN and (wrong := rule.valid(_label(path), typed)):
            self.add_failure(path, wrong)
        return typed


def _label(path: str) -> str:
    """Returns the property's name as it is written in Terraform's messages."""
    return snake(path)


def _typed(value: Any, shape: Shape, rule: Property) -> Any:
    """Converts a value to the type of its property if nothing is lost: "7" to a number, or 7 to a string."""
    match shape.kind:
        case "string":
            return _string(value, rule)
        case "integer" | "number":
            return _number(value, whole=shape.kind == "integer")
        case "boolean":
            return _boolean(value)
        case "list" if not isinstance(value, list):
            raise WrongType("a list")
        case "map" | "object" if not isinstance(value, Mapping):
            raise WrongType("an object")
    return value


def _string(value: Any, rule: Property) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if rule.json and isinstance(value, Mapping | list):
        return UNKNOWN if has_unknown(value) else json.dumps(value, separators=(",", ":"), sort_keys=True)
    if not isinstance(value, str):
        raise WrongType("a string")
    return value


def _number(value: Any, whole: bool) -> Any:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise WrongType("a number") from None
        value = int(value) if value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongType("a number")
    if whole and not isinstance(value, int):
        raise WrongType("a whole number")
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise WrongType("a boolean")
