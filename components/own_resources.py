"""A team's own resources beside the modules: `resources.py`, which is optional, and what it is given.

docs/wiring.md
"""

import importlib.util
import inspect
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi

from components.errors import ComponentError
from components.printable import printable
from components.settings import StackSettings
from components.settings.wiring import OWN_RESOURCES

FUNCTION = "create"
"""The name of the function in the file."""
_NAME = "resources"
_RESOURCE_NAME = re.compile("[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class ResourceContext:
    """What own resources can be made with, without a call of AWS."""

    project: str
    stack: str
    prefix: str
    """What the physical names of the stack begin with, followed by a hyphen."""
    tags: Mapping[str, str]
    """The tags of all the stack's resources. One of them names the stack: by it, `delivery.recover` recognises what a
    killed run left."""
    kms_key_arn: pulumi.Output[str] | None
    """ARN of the stack's KMS key. None without `encryption: customer`."""
    permissions_boundary: str | None
    """ARN of the policy that limits the stack's roles. If there is one, the pipeline may create no role without it."""
    protection: bool
    """Whether the stack's data is to be kept: components/protection.py has resource options for that."""
    force_delete: bool
    """Whether data may be deleted with what holds it."""


def own_resources(settings: StackSettings, kms_key_arn: pulumi.Output[str] | None) -> Mapping[str, pulumi.Resource]:
    """Create the resources that the file declares, and return them by name. Without the file, there are none.

    Raises ComponentError with the file and the line of a mistake in it.
    """
    file = next((path for path in map(Path, OWN_RESOURCES) if path.exists()), None)
    if file is None:
        return {}
    context = ResourceContext(
        project=pulumi.get_project(),
        stack=pulumi.get_stack(),
        prefix=settings.name_prefix,
        tags=settings.tags,
        kms_key_arn=kms_key_arn,
        permissions_boundary=settings.permissions_boundary or None,
        protection=settings.protection,
        force_delete=settings.force_delete,
    )
    create = getattr(_call(file, lambda: _load(file)), FUNCTION, None)
    if not inspect.isfunction(create):
        raise ComponentError(
            f"{file}: it has no function `{FUNCTION}`: write `def {FUNCTION}(stack: ResourceContext) -> "
            "Mapping[str, pulumi.Resource]`, or delete the file"
        )
    created = _call(file, lambda: create(context))
    if inspect.iscoroutine(created):
        created.close()
    if wrong := _wrong(created):
        place = f"{printable(os.path.relpath(create.__code__.co_filename))}:{create.__code__.co_firstlineno}"
        raise ComponentError(f"{place}: `{FUNCTION}` {wrong}")
    return dict(created)


def _load(file: Path) -> ModuleType:
    """Import the file, or the package whose `__init__.py` it is."""
    folders = [str(file.parent.resolve())] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(_NAME, file.resolve(), submodule_search_locations=folders)
    assert spec is not None and spec.loader is not None  # its name ends with .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return module


def _wrong(created: Any) -> str:
    """What is wrong with what the function returned. Empty if nothing is."""
    example = 'it should return its resources by name, such as `{"table": table}`'
    if not isinstance(created, Mapping):
        return f"returned {_a(created)}: {example}"
    for name, resource in created.items():
        if not (isinstance(name, str) and _RESOURCE_NAME.fullmatch(name)):
            return f"returned a resource with the name {printable(repr(name))}: use letters, digits, hyphens and _"
        if not isinstance(resource, pulumi.Resource):
            return f"returned {_a(resource)} as '{name}', which is no resource: {example}"
    return ""


def _a(value: Any) -> str:
    return "nothing" if value is None else f"a value of the type `{printable(type(value).__name__)}`"


def _call(file: Path, function: Callable[[], Any]) -> Any:
    """Call the team's code. Raises ComponentError with the place of an exception in it."""
    try:
        return function()
    except Exception as failed:
        raise ComponentError(f"{_place(failed) or file}: {_what(failed)}") from None


def _place(failed: Exception) -> str:
    """The last line of the team's own code that led to the exception. Empty if there is none."""
    if isinstance(failed, SyntaxError) and failed.filename:
        lines = [(Path(failed.filename), failed.lineno or 0)]
    else:
        frames = traceback.extract_tb(failed.__traceback__)
        lines = [(Path(frame.filename), frame.lineno or 0) for frame in frames]
    here, components = Path.cwd(), Path(__file__).parent
    own = [
        f"{printable(path.relative_to(here))}:{line}"
        for path, line in ((path.resolve(), line) for path, line in lines)
        if path.is_relative_to(here) and not path.is_relative_to(components) and "site-packages" not in path.parts
    ]
    return own[-1] if own else ""


def _what(failed: Exception) -> str:
    said = failed.msg if isinstance(failed, SyntaxError) else str(failed)
    if isinstance(failed, pulumi.RunError):
        return said
    return f"{type(failed).__name__}: {said}" if said else type(failed).__name__
