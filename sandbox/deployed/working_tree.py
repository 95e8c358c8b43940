"""The sandbox's checkout."""

from collections.abc import Collection
from contextlib import chdir, suppress
from pathlib import Path

from components.errors import ComponentError
from components.image.content import BuildSpec
from components.modules import build_spec
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
