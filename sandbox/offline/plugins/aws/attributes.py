"""The attributes of SQS and SNS, whose APIs represent properties as strings, such as `VisibilityTimeout`: "30"."""

from collections.abc import Mapping
from typing import Any

from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import Values

Names = Mapping[str, str]
"""The names of attributes, by property."""


def to_attributes(names: Names, values: Values) -> dict[str, str]:
    """Returns the attributes of those properties that have a value."""
    return {names[name]: _string(values[name]) for name in names if values.get(name) is not None}


def from_attributes(shape: Shape, names: Names, attributes: Mapping[str, str]) -> Values:
    """Returns all properties. Those that AWS does not return are empty, 0 or false."""
    return {name: _value(shape.properties[name], attributes.get(attribute, "")) for name, attribute in names.items()}


def attribute_changes(names: Names, state: Values, planned: Values) -> dict[str, str]:
    """Returns the attributes to set, so that AWS has the planned properties. An empty string removes an attribute."""
    before, after = to_attributes(names, state), to_attributes(names, planned)
    return {name: after.get(name, "") for name in {**before, **after} if before.get(name, "") != after.get(name, "")}


def _string(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(shape: Shape, value: str) -> Any:
    if shape.kind == "boolean":
        return value == "true"
    return int(value or 0) if shape.kind == "integer" else value
