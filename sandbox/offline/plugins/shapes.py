"""Names and types of properties, read from the installed Pulumi SDK packages (pulumi_aws, pulumi_docker).

So the local plugins know a property exactly when the program's own SDK does.
"""

import collections.abc
import functools
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
    """string, boolean, integer, number, list, map, object, asset or any."""
    element: "Shape | None" = None
    """Of a list or a map."""
    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    """Of an object, by Pulumi (camel case) name."""


ANY = Shape("any")

_LOADING = threading.Lock()
_kept_in: Path | None = None


def keep_in(folder: Path) -> None:
    """Keep what is read in files from now on: loading the SDK's modules takes 0.5 s, of each command that starts.

    What was read by another version of this file or from other SDK packages goes.
    """
    global _kept_in
    versions = [metadata.version(package) for package in ("pulumi", "pulumi_aws", "pulumi_docker")]
    key = hashlib.sha256(Path(__file__).read_bytes() + repr(versions).encode()).hexdigest()[:16]
    if not (folder / key).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / key).mkdir(parents=True)
    _kept_in = folder / key


def _read_once(read: Callable[[str], Shape]) -> Callable[[str], Shape]:
    """One at a time: the SDK packages load their modules lazily, and two threads at it see half of a module."""

    @functools.cache
    def cached(token: str) -> Shape:
        if _kept_in is None:
            return read(token)
        return _kept(_kept_in / f"{read.__name__} {token.replace('/', ' ')}", lambda: read(token))

    @functools.wraps(read)
    def shape(token: str) -> Shape:
        with _LOADING:
            return cached(token)

    return shape


def _kept(file: Path, read: Callable[[], Shape]) -> Shape:
    if file.exists():
        kept: Shape = pickle.loads(file.read_bytes())
        return kept
    shape = read()
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_bytes(pickle.dumps(shape))
    unfinished.rename(file)
    return shape


@_read_once
def inputs_of(token: str) -> Shape:
    """What a program may set on a resource, given its type token such as `aws:ecr/repository:Repository`."""
    module, name = _find(token)
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")  # Args may be a block's
    return _object(arguments, sdk_types.input_type_types)


@_read_once
def outputs_of(token: str) -> Shape:
    """What a resource gives; holds all settable properties too."""
    module, name = _find(token)
    return _object(getattr(module, name), sdk_types.resource_types)


@_read_once
def arguments_of(token: str) -> Shape:
    """The arguments of a function (an invoke), given its token such as `aws:index/getRegion:getRegion`."""
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
    """The SDK module that holds the class or function of a token."""
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
    """The T of Input[T], Optional[T] and of a union with the enum of its values."""
    while typing.get_origin(hint) in (typing.Union, UnionType):
        members = [each for each in typing.get_args(hint) if each is not NoneType and not _is_awaited(each)]
        hint = members[0]
    return hint


def _is_awaited(hint: Any) -> bool:
    return typing.get_origin(hint) in (collections.abc.Awaitable, Output)
