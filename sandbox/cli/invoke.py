"""`invoke`: sends one event to one module and prints the answer as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.errors import OperationError
from operations.events import event_in
from operations.modules import check_served
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.results import format_json
from sandbox.cli.target import StackName, target_of

if TYPE_CHECKING:
    from operations.target import Target


def invoke(
    module: ModuleName,
    event: Annotated[Path | None, typer.Option(help="A JSON file; the module's smoke event if not given.")] = None,
    stack: StackName = None,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    from operations.functions import Functions

    target = target_of(stack)
    functions, found = Functions(target), target.module(module)
    check_served(found, functions.live_version(found.function), target)
    answer = functions.invoke(found.function, event_in(event) if event else _smoke_event(target, module))
    typer.echo(format_json(answer))


def _smoke_event(target: "Target", module: str) -> bytes:
    from operations.working_tree import WorkingTree  # imported here because it loads slowly

    event = WorkingTree(target.checkout, target.stack.project, target.stack.name).smoke_event(module)
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        raise OperationError(what, f"send one of your own: {target.command('invoke', module)} EVENT=file.json")
    return event
