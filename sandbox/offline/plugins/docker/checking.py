"""Checks the inputs of an image: unknown names, wrong types, and what the official plugin refuses in Check."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.offline.plugins.errors import CheckFailure, Refused
from sandbox.offline.plugins.provider import did_you_mean
from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import UNKNOWN, Values

_BUILDERS = ("BuilderBuildKit", "BuilderV1")
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "list": list, "map": dict, "object": dict}


def input_failures(resource: str, values: Values, shape: Shape) -> list[CheckFailure]:
    """Checks for unknown properties, which the official plugin ignores, and for wrong types, which make it crash."""
    return [
        CheckFailure(f"{reason}. Examine values at '{resource}.{path}'.") for path, reason in _object(values, shape, "")
    ]


def refuse_builder(build: Values) -> None:
    if build.get("builderVersion", UNKNOWN) not in (*_BUILDERS, UNKNOWN):
        raise Refused(
            f"invalid Docker Builder version: {build['builderVersion']!r} is not one of {', '.join(_BUILDERS)}"
        )


def _object(values: Values, shape: Shape, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        path = prefix + name
        if name not in shape.properties:
            yield path, f'unknown property "{path}"{did_you_mean(name, shape.properties)}'
        else:
            yield from _value(value, shape.properties[name], path)


def _value(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    if value is UNKNOWN or value is None:
        return
    if shape.kind in _TYPES and type(value) is not _TYPES[shape.kind]:
        yield path, f'"{path}" must be a {shape.kind}, not {value!r}'
    elif shape.kind == "object":
        yield from _object(value, shape, f"{path}.")
    elif shape.element:
        for key, item in value.items() if shape.kind == "map" else enumerate(value):
            yield from _value(item, shape.element, f"{path}.{key}")
