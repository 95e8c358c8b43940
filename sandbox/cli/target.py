"""The option --stack of the verbs that work for any stack. Without it they are about the sandbox's."""

import os
from collections.abc import Mapping
from contextlib import chdir
from typing import TYPE_CHECKING, Annotated

import typer

from components.printable import printable
from sandbox.emulator.process import NO_PROFILES, USER_VARIABLE_PREFIXES
from sandbox.engine.stack import STACK
from sandbox.layout import Layout
from sandbox.session import client_environment

if TYPE_CHECKING:  # these modules load slowly, and the other verbs don't need them
    from operations.target import Target


def clear_cloud_settings() -> dict[str, str]:
    """Remove the user's AWS and Pulumi settings from this process and from the processes that it starts.

    Return what was removed.
    """
    removed = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith(USER_VARIABLE_PREFIXES)}
    os.environ.update(NO_PROFILES)
    return removed


def _give_back(removed: Mapping[str, str]) -> None:
    for name in NO_PROFILES:
        os.environ.pop(name, None)
    os.environ.update(removed)


def _chosen(context: typer.Context, stack: str | None) -> str | None:
    """Give the process the user's own settings back, which were removed at its start, if another stack is chosen."""
    if stack and stack != STACK and not context.resilient_parsing:
        _give_back(context.obj or {})
    return stack


def _complete_names(incomplete: str) -> list[str]:
    from components.settings.configuration import stack_names

    with chdir(Layout.of().project):
        return [name for name in stack_names() if name.startswith(incomplete) and printable(name) == name]


StackName = Annotated[
    str | None,
    typer.Option(
        "--stack",
        help="A stack in AWS, such as dev, with your own credentials. The sandbox's if not given.",
        callback=_chosen,
        autocompletion=_complete_names,
    ),
]


def target_of(stack: str | None) -> "Target":
    """Return the stack of this name, or the sandbox's without one. Raises OperationError."""
    from operations.target import Target
    from sandbox.target import sandbox_target

    layout = Layout.of()
    if stack is None or stack == STACK:
        return sandbox_target(layout, client_environment(layout))
    return Target.of(stack, layout.project)
