"""Check: names, types, required properties and values, before anything is planned.

The wording follows the recorded provider: each finding ends in `Examine values at '<name>.<property>'`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.offline.plugins.errors import Checked, Failure
from sandbox.offline.plugins.provider import nearest
from sandbox.offline.plugins.rules import PLAIN, CrossPropertyRule, Property, with_secrets_marked
from sandbox.offline.plugins.shapes import ANY, Shape, snake
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown

_UNLISTED = Property(output_only=True)


class Mistyped(Exception):
    """A value can't be made one of its property's type."""


def check(
    name: str,
    shape: Shape,
    rules: Mapping[str, Property],
    cross_property_rules: Sequence[CrossPropertyRule],
    inputs: Values,
) -> Checked:
    """Checks the inputs of the resource called `name`; gives them with values of the right type, without defaults."""
    checker = _Checker(name)
    listed = {each: rules.get(each, _UNLISTED) for each in shape.properties}
    checked = checker.object(inputs, shape.properties, listed, "")
    for rule in cross_property_rules:
        for property_name, reason in rule(checked):
            checker.find(property_name, reason)
    return Checked(with_secrets_marked(checked, rules), checker.failures)


class _Checker:
    def __init__(self, name: str) -> None:
        self._name = name
        self.failures: list[Failure] = []

    def find(self, path: str, reason: str) -> None:
        self.failures.append(Failure(f"{reason}. Examine values at '{self._name}.{path}'."))

    def object(self, values: Values, shapes: Mapping[str, Shape], rules: Mapping[str, Property], prefix: str) -> Values:
        for name in sorted(values.keys() - shapes.keys()):
            self.find(prefix + name, f'unknown property "{prefix}{name}"{nearest(name, shapes)}')
        for name, rule in rules.items():
            if rule.required and name in shapes and values.get(name) is None:
                what = f'The argument "{_label(prefix + name)}" is required, but no definition was found.'
                self.find(prefix + name, f"Missing required argument. {what}")
        given = {name: value for name, value in values.items() if name in shapes and value is not None}
        unsupported = {name for name in given if rules.get(name, PLAIN).output_only}
        for name in sorted(unsupported):
            self.find(prefix + name, f'property "{prefix}{name}" is not supported by the local plugin')
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
        except Mistyped as mistyped:
            shown = "a secret" if rule.secret else json.dumps(value, default=repr)
            self.find(path, f"expected {_label(path)} to be {mistyped}, got {shown}")
            return value
        if shape.kind == "object":
            return self.object(typed, shape.properties, rule.nested, f"{path}.")
        if shape.kind == "list":
            if rule.max_items is not None and len(typed) > rule.max_items:
                self.find(path, f"Too many list items. {_label(path)} supports {rule.max_items}, but has {len(typed)}")
            return [self._value(each, shape.element or ANY, rule, f"{path}[{i}]") for i, each in enumerate(typed)]
        if shape.kind == "map":
            return {key: self._value(each, shape.element or ANY, rule, f"{path}.{key}") for key, each in typed.items()}
        if rule.valid and typed is not UNKNOWN and (wrong := rule.valid(_label(path), typed)):
            self.find(path, wrong)
        return typed


def _label(path: str) -> str:
    """The property's name as Terraform's messages have it."""
    return snake(path)


def _typed(value: Any, shape: Shape, rule: Property) -> Any:
    """The value as one of its type, where nothing is lost by it: "7" is a number, 7 is a text."""
    match shape.kind:
        case "string":
            return _text(value, rule)
        case "integer" | "number":
            return _number(value, whole=shape.kind == "integer")
        case "boolean":
            return _boolean(value)
        case "list" if not isinstance(value, list):
            raise Mistyped("a list")
        case "map" | "object" if not isinstance(value, Mapping):
            raise Mistyped("an object")
    return value


def _text(value: Any, rule: Property) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if rule.json and isinstance(value, Mapping | list):
        return UNKNOWN if has_unknown(value) else json.dumps(value, separators=(",", ":"), sort_keys=True)
    if not isinstance(value, str):
        raise Mistyped("a text")
    return value


def _number(value: Any, whole: bool) -> Any:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise Mistyped("a number") from None
        value = int(value) if value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Mistyped("a number")
    if whole and not isinstance(value, int):
        raise Mistyped("a whole number")
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise Mistyped("a boolean")
