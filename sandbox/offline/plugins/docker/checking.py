"""Check of an image's inputs: unknown names, wrong types, and what the real plugin refuses at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.offline.plugins.errors import Failure, Refused
from sandbox.offline.plugins.provider import nearest
from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import UNKNOWN, Values

_BUILDERS = ("BuilderBuildKit", "BuilderV1")
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "list": list, "map": dict, "object": dict}


def input_failures(resource: str, values: Values, shape: Shape) -> list[Failure]:
    """Unknown properties and wrong types, which the real plugin ignores or crashes on."""
    return [Failure(f"{reason}. Examine values at '{resource}.{path}'.") for path, reason in _object(values, shape, "")]


def refuse_builder(build: Values) -> None:
    if build.get("builderVersion", UNKNOWN) not in (*_BUILDERS, UNKNOWN):
        raise Refused(f"invalid Docker Builder version: {build['builderVersion']!r} is none of {', '.join(_BUILDERS)}")


def _object(values: Values, shape: Shape, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        path = prefix + name
        if name not in shape.properties:
            yield path, f'unknown property "{path}"{nearest(name, shape.properties)}'
        else:
            yield from _value(value, shape.properties[name], path)


def _value(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    if value is UNKNOWN or value is None:
        return
    if shape.kind in _TYPES and type(value) is not _TYPES[shape.kind]:
        yield path, f'"{path}" must be a {shape.kind}, and is {value!r}'
    elif shape.kind == "object":
        yield from _object(value, shape, f"{path}.")
    elif shape.element:
        for key, item in value.items() if shape.kind == "map" else enumerate(value):
            yield from _value(item, shape.element, f"{path}.{key}")
