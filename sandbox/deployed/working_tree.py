"""The sandbox's checkout."""

from collections.abc import Collection
from contextlib import chdir, suppress
from pathlib import Path

from components.errors import ComponentError
from components.image.content import BuildSpec
from components.modules import build_spec, read_content
from delivery.changes import differences, served_records
from operations.errors import OperationError
from operations.working_tree import WorkingTree
from sandbox.engine import stack
from sandbox.layout import Layout


def working_tree(layout: Layout) -> WorkingTree:
    """Return the checkout with the settings of the sandbox's stack."""
    return WorkingTree(layout.project, stack.PROJECT, stack.STACK)


def build_specs(layout: Layout, excluded: Collection[str] = ()) -> list[BuildSpec]:
    """Return how the checkout's images are built, without those of excluded modules and of modules with mistakes."""
    specs: list[BuildSpec] = []
    with suppress(OperationError), chdir(layout.project):
        for name, settings in working_tree(layout).settings().modules.items():
            if settings.image.module is None and name not in excluded:
                with suppress(ComponentError):
                    specs.append(build_spec(Path("modules", name), settings))
    return specs


def changed_since(layout: Layout, module: str) -> list[str]:
    """Return what of a module's image differs from what was deployed last. Raises OperationError."""
    modules, records = working_tree(layout).settings().modules, served_records(stack.resources(layout))
    if module not in modules:
        return ["it is not in the checkout"]
    builder = modules[module].image.module or module
    with chdir(layout.project):
        try:
            content = read_content(Path("modules", builder), modules[builder])
        except ComponentError as invalid:
            raise OperationError(str(invalid)) from invalid
    return differences(records.get(module), content.record)
