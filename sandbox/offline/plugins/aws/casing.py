"""Pulumi's camel case and AWS's Pascal case, guided by the shape: keys of maps are the user's own and stay."""

from collections.abc import Mapping
from typing import Any

from sandbox.offline.plugins.shapes import ANY, Shape

Names = Mapping[str, str]
"""AWS names that differ from the property's by more than the first letter, by property."""


def to_aws(shape: Shape, value: Any, names: Names) -> Any:
    """The value as the API takes it; empty texts in objects are left out, where the API takes none."""
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
    """The properties of the shape that the API's answer holds; an absent text or list in an object is an empty one."""
    if shape.kind == "object":
        found = {
            name: _part(below, value.get(aws_name(name, names)), names) for name, below in shape.properties.items()
        }
        return {name: item for name, item in found.items() if item is not None}
    if shape.kind == "list":
        return [from_aws(shape.element or ANY, item, names) for item in value]
    return value


def aws_name(name: str, names: Names) -> str:
    return names.get(name, name[0].upper() + name[1:])


def _part(shape: Shape, value: Any, names: Names) -> Any:
    if value is None:
        return {"string": "", "list": []}.get(shape.kind)
    return from_aws(shape, value, names)
