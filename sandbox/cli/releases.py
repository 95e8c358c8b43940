"""Verbs about the versions of a module: show them, choose which one is served, watch canaries, delete old ones."""

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sandbox.cli.module_argument import ModuleName, OptionalModuleName
from sandbox.cli.results import AsJson
from sandbox.engine.stack import STACK
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.session import client_environment

if TYPE_CHECKING:  # this module loads slowly, and the other verbs don't need it
    from delivery.stack import Stack


def releases(
    module: OptionalModuleName = None,
    as_json: AsJson = False,
) -> None:
    """List the published versions of a module: image, checks, share of traffic."""
    from delivery.releases import show

    with local_stack() as stack:
        show(stack.chosen(module), as_json)


def rollback(
    module: ModuleName,
    to: Annotated[
        int | None, typer.Option(help="The version; if not given, the newest older one that passed its checks.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why. It is shown to everybody who sees that the module is held.")] = "",
) -> None:
    """Serve an older version of a module, and keep it until a newer version has passed its checks."""
    from components.printable import printable
    from delivery.rollback import caller, conclusion

    with local_stack() as stack:
        live = stack.function(module).roll_back(to, caller(), printable(reason))
        typer.echo(conclusion(module, live, f"make release MODULE={module}"))


def release(module: ModuleName) -> None:
    """End a rollback or a canary: serve the newest version to all callers."""
    with local_stack() as stack:
        live = stack.function(module).release()
        typer.echo(f"{module} serves version {live.version}.")


def promote(
    module: OptionalModuleName = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until each canary has ended.")] = False,
) -> None:
    """Watch canaries, and serve each new version to all callers in the end, or go back to the one before."""
    from components.printable import printable
    from delivery.promote import promote_all, with_canaries

    with local_stack() as stack:
        chosen = with_canaries(stack.chosen(module))
        if not chosen:
            typer.echo("No canary runs.")
        _, errors = promote_all(chosen, wait, lambda line: typer.echo(printable(line)))
    if errors:
        raise SandboxError.of([SandboxError(error) for error in errors])


def prune(
    module: OptionalModuleName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be deleted.")] = False,
) -> None:
    """Delete the versions of a module that are neither used nor among the newest."""
    from delivery.prune import prune as pruned

    with local_stack() as stack:
        keep = stack.keep_versions()
        for function in stack.chosen(module):
            typer.echo(pruned(function, keep, dry_run))


@contextmanager
def local_stack() -> Iterator["Stack"]:
    """Give access to the sandbox's stack. Raises SandboxError instead of a ReleaseError."""
    from delivery.live import ReleaseError
    from delivery.stack import Stack

    layout = Layout.of()
    environ = client_environment(layout)
    try:
        with chdir(layout.project):  # the files of stack and project are found in the current folder
            yield Stack.of(STACK, environ)
    except ReleaseError as error:
        raise SandboxError(str(error)) from error
