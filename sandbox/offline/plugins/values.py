"""Property values, which are plain Python values in the handlers and protobuf structs in messages.

A value is None, bool, int, float, str, a list, a dict with string keys, UNKNOWN (an output that is not known in a
preview) or, in outputs only, a Secret. The signatures of unknowns and secrets are those in the Pulumi SDK's
`runtime.rpc`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

Values = dict[str, Any]

_UNKNOWN_SIGNATURE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"


class Unknown:
    """The type of UNKNOWN, a value that isn't known before the update."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """Marks an output that the engine must encrypt in the state and hide from the display."""

    value: Any


def has_unknown(value: Any) -> bool:
    """Whether the value is unknown, or contains an unknown value at any depth."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def known(values: Mapping[str, Any]) -> Values:
    """Returns the values without unknown ones, at any depth."""
    return {name: _known(value) for name, value in values.items() if value is not UNKNOWN}


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return known(value)
    return [_known(item) for item in value if item is not UNKNOWN] if isinstance(value, list) else value


def from_struct(struct: Struct) -> Values:
    """Converts a struct. Null properties are dropped at any depth, secrets are unwrapped, and whole numbers become int.

    So do the official plugins, except in lists:
    https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin#MarshalOptions
    """
    return {
        name: _from_value(value) for name, value in struct.fields.items() if value.WhichOneof("kind") != "null_value"
    }


def to_struct(values: Mapping[str, Any]) -> Struct:
    """Converts values to a struct. Properties that are None are dropped at any depth."""
    return Struct(fields={name: _to_value(value) for name, value in values.items() if value is not None})


def _from_value(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _from_object(value.struct_value)
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "string_value":
        return UNKNOWN if value.string_value == _UNKNOWN_SIGNATURE else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _from_object(struct: Struct) -> Any:
    if _SIGNATURE in struct.fields and struct.fields[_SIGNATURE].string_value == _SECRET_SIGNATURE:
        return _from_value(struct.fields["value"])
    return from_struct(struct)


def _to_value(value: Any) -> Value:
    if value is UNKNOWN:
        return Value(string_value=_UNKNOWN_SIGNATURE)
    if value is None:
        return Value(null_value=NULL_VALUE)
    if isinstance(value, Secret):
        return _to_value({_SIGNATURE: _SECRET_SIGNATURE, "value": value.value})
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    return _to_container(value)


def _to_container(value: Any) -> Value:
    if isinstance(value, Mapping):
        return Value(struct_value=to_struct(value))
    if isinstance(value, Iterable):
        return Value(list_value=ListValue(values=[_to_value(item) for item in value]))
    raise TypeError(f"{type(value).__name__} is not a type of property values: {value!r}")
