"""Limits an update or a preview to some modules."""

from collections.abc import Collection
from contextlib import chdir
from dataclasses import dataclass, field

from components.errors import ComponentError
from delivery.exclude import Excluded
from sandbox.deployed.modules import deployed
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout


@dataclass(frozen=True)
class Limited:
    left: list[str] = field(default_factory=list)
    """The modules that are left as they are."""
    options: list[str] = field(default_factory=list)
    """The options of `pulumi up` and `pulumi preview`."""
    variables: dict[str, str] = field(default_factory=dict)
    """The environment variables for the program."""


def limited_to(layout: Layout, names: Collection[str]) -> Limited:
    """Leave all modules as they are except those with these names, or none without names.

    Raises SandboxError for an unknown name.
    """
    if not names:
        return Limited()
    known = deployed(layout) if stack.exists(layout) else {}
    try:
        with chdir(layout.project):
            excluded = Excluded.all_but(names, stack.STACK, known)
    except ComponentError as wrong:
        raise SandboxError(str(wrong)) from wrong
    return Limited(excluded.modules, excluded.options, excluded.variables)
