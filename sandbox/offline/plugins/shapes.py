"""The names and types of properties, read from the installed Pulumi SDK packages (pulumi_aws, pulumi_docker).

The local plugins therefore know exactly the properties that the program's own SDK knows.
"""

import collections.abc
import hashlib
import importlib
import inspect
import keyword
import os
import pickle
import shutil
import threading
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any

from pulumi import Archive, Asset, Output
from pulumi import _types as sdk_types  # the SDK's own reflection; pulumi is pinned in requirements.in

_SCALARS: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True)
class Shape:
    """The type of a property."""

    kind: str
    """One of: string, boolean, integer, number, list, map, object, asset, any."""
    element: "Shape | None" = None
    """The type of the elements of a list or of the values of a map."""
    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    """The properties of an object, by their Pulumi (camel case) names."""


ANY = Shape("any")

_LOADING = threading.Lock()
"""The SDK packages load their modules lazily, and a second thread would see a module that is only half loaded."""


class Shapes:
    """The shapes of resource types and functions, each of which is read from the SDK once.

    With a folder, shapes are also stored in files there, because loading the SDK's modules takes each command 0.5 s.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = _current_cache(folder) if folder else None
        self._shapes: dict[str, Shape] = {}

    def inputs_of(self, token: str) -> Shape:
        """What a program may set on a resource, given its type token such as `aws:ecr/repository:Repository`."""
        return self._shape("inputs_of", token, _inputs_of)

    def outputs_of(self, token: str) -> Shape:
        """The outputs of a resource, which include all properties that can be set."""
        return self._shape("outputs_of", token, _outputs_of)

    def arguments_of(self, token: str) -> Shape:
        """The arguments of a function (an invoke), given its token such as `aws:index/getRegion:getRegion`."""
        return self._shape("arguments_of", token, _arguments_of)

    def _shape(self, kind: str, token: str, read: Callable[[str], Shape]) -> Shape:
        name = f"{kind} {token.replace('/', ' ')}"
        with _LOADING:
            if name not in self._shapes:
                self._shapes[name] = _stored(self._folder / name, token, read) if self._folder else read(token)
            return self._shapes[name]


def _current_cache(folder: Path) -> Path:
    """The folder for this version of this file and of the SDK packages. The files of other versions are deleted."""
    versions = [metadata.version(package) for package in ("pulumi", "pulumi_aws", "pulumi_docker")]
    key = hashlib.sha256(Path(__file__).read_bytes() + repr(versions).encode()).hexdigest()[:16]
    if not (folder / key).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / key).mkdir(parents=True)
    return folder / key


def _stored(file: Path, token: str, read: Callable[[str], Shape]) -> Shape:
    if file.exists():
        stored: Shape = pickle.loads(file.read_bytes())
        return stored
    shape = read(token)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_bytes(pickle.dumps(shape))
    unfinished.rename(file)
    return shape


def _inputs_of(token: str) -> Shape:
    module, name = _find(token)
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(
        module, f"{name}Args"
    )  # Args may belong to a nested block
    return _object(arguments, sdk_types.input_type_types)


def _outputs_of(token: str) -> Shape:
    module, name = _find(token)
    return _object(getattr(module, name), sdk_types.resource_types)


def _arguments_of(token: str) -> Shape:
    module, name = _find(token)
    function = getattr(module, snake(name))
    hints = typing.get_type_hints(function)
    names = [parameter for parameter in inspect.signature(function).parameters if parameter != "opts"]
    return Shape("object", properties={camel(each): _shape(hints[each]) for each in names})


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _find(token: str) -> tuple[ModuleType, str]:
    """Returns the SDK module that contains the class or function of a token, and its name there."""
    package, path, name = token.split(":")
    folder = path.split("/")[0]
    if folder == "index":
        return importlib.import_module(f"pulumi_{package}"), name
    folder = f"{folder}_" if keyword.iskeyword(folder) else folder
    return importlib.import_module(f"pulumi_{package}.{folder}"), name


def _object(cls: type, reflect: Callable[[type], Mapping[str, Any]]) -> Shape:
    return Shape("object", properties={name: _shape(hint) for name, hint in reflect(cls).items()})


def _shape(hint: Any) -> Shape:
    hint = _without_wrappers(hint)
    if hint in _SCALARS:
        return Shape(_SCALARS[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (collections.abc.Sequence, list):
        return Shape("list", _shape(arguments[0]))
    if origin in (collections.abc.Mapping, dict):
        return Shape("map", _shape(arguments[1]))
    if inspect.isclass(hint):
        return _shape_of_class(hint)
    return ANY


def _shape_of_class(cls: type) -> Shape:
    if issubclass(cls, Asset | Archive):
        return Shape("asset")
    if sdk_types.is_input_type(cls):
        return _object(cls, sdk_types.input_type_types)
    if sdk_types.is_output_type(cls):
        return _object(cls, sdk_types.output_type_types)
    return ANY


def _without_wrappers(hint: Any) -> Any:
    """Returns the T of Input[T], of Optional[T] and of a union of T with the enum of its values."""
    while typing.get_origin(hint) in (typing.Union, UnionType):
        members = [each for each in typing.get_args(hint) if each is not NoneType and not _is_awaitable(each)]
        hint = members[0]
    return hint


def _is_awaitable(hint: Any) -> bool:
    return typing.get_origin(hint) in (collections.abc.Awaitable, Output)
