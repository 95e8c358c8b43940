"""Converts between Pulumi's camel case and AWS's Pascal case. The keys of maps are the user's, and are not changed."""

from collections.abc import Mapping
from typing import Any

from sandbox.offline.plugins.shapes import ANY, Shape

Names = Mapping[str, str]
"""The AWS names, by property, that differ from the property's name by more than the first letter."""


def to_aws(shape: Shape, value: Any, names: Names) -> Any:
    """Returns the value as the API takes it. Empty strings in objects are left out, because the API refuses them."""
    if shape.kind == "object":
        return {
            aws_name(name, names): to_aws(shape.properties.get(name, ANY), item, names)
            for name, item in value.items()
            if item != ""
        }
    if shape.kind == "list":
        return [to_aws(shape.element or ANY, item, names) for item in value]
    return value


def from_aws(shape: Shape, value: Any, names: Names) -> Any:
    """Returns the properties in an API response. A string or list that is missing in an object becomes an empty one."""
    if shape.kind == "object":
        found = {
            name: _nested(nested, value.get(aws_name(name, names)), names) for name, nested in shape.properties.items()
        }
        return {name: item for name, item in found.items() if item is not None}
    if shape.kind == "list":
        return [from_aws(shape.element or ANY, item, names) for item in value]
    return value


def aws_name(name: str, names: Names) -> str:
    return names.get(name, name[0].upper() + name[1:])


def _nested(shape: Shape, value: Any, names: Names) -> Any:
    if value is None:
        return {"string": "", "list": []}.get(shape.kind)
    return from_aws(shape, value, names)
