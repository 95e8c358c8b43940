"""Verbs about the versions of a module: show them, choose which one is served, watch canaries, delete old ones."""

from typing import Annotated

import typer

from operations.errors import OperationError
from sandbox.cli.module_argument import ModuleName, OptionalModuleName
from sandbox.cli.results import AsJson
from sandbox.cli.target import StackName, target_of


def releases(module: OptionalModuleName = None, stack: StackName = None, as_json: AsJson = False) -> None:
    """List the published versions of a module: image, checks, share of traffic."""
    from delivery.releases import show

    target = target_of(stack)
    chosen = target.chosen(module)
    with target.releasing():
        show(chosen, as_json)


def rollback(
    module: ModuleName,
    to: Annotated[
        int | None, typer.Option(help="The version; if not given, the newest older one that passed its checks.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why. It is shown to everybody who sees that the module is held.")] = "",
    stack: StackName = None,
) -> None:
    """Serve an older version of a module, and keep it until a newer version has passed its checks."""
    from components.printable import printable
    from delivery.rollback import caller, conclusion

    target = target_of(stack)
    function = target.function(module)
    with target.errors():
        live = function.roll_back(to, caller(), printable(reason))
    typer.echo(conclusion(module, live, target.command("release", module)))


def release(module: ModuleName, stack: StackName = None) -> None:
    """End a rollback or a canary: serve the newest version to all callers."""
    target = target_of(stack)
    function = target.function(module)
    with target.errors():
        live = function.release()
    typer.echo(f"{module} serves version {live.version}.")


def promote(
    module: OptionalModuleName = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until each canary has ended.")] = False,
    stack: StackName = None,
) -> None:
    """Watch canaries, and serve each new version to all callers in the end, or go back to the one before."""
    from components.printable import printable
    from delivery.promote import promote_all, with_canaries

    target = target_of(stack)
    chosen = target.chosen(module)
    with target.errors():
        chosen = with_canaries(chosen)
        if not chosen:
            typer.echo("No canary runs.")
        _, errors = promote_all(chosen, wait, lambda line: typer.echo(printable(line)))
    if errors:
        raise OperationError.of([OperationError(error) for error in errors])


def prune(
    module: OptionalModuleName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be deleted.")] = False,
    stack: StackName = None,
) -> None:
    """Delete the versions of a module that are neither used nor among the newest."""
    from delivery.prune import prune_stack

    with target_of(stack).releasing() as its:
        for line in prune_stack(its, module, dry_run):
            typer.echo(line)
