"""`invoke`: sends one event to one module and prints the answer as JSON."""

from pathlib import Path
from typing import Annotated

import typer

from sandbox.cli.module_argument import ModuleName
from sandbox.cli.results import format_json
from sandbox.deployed.events import event_in
from sandbox.deployed.modules import check_served, deployed, of_module
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.session import client_environment


def invoke(
    module: ModuleName,
    event: Annotated[Path | None, typer.Option(help="A JSON file; the module's smoke event if not given.")] = None,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    from sandbox.deployed.functions import Functions

    layout = Layout.of()
    functions = Functions(client_environment(layout))
    found = of_module(deployed(layout), module)
    check_served(found, functions.live_version(found.function))
    answer = functions.invoke(found.function, event_in(event) if event else smoke_event(layout, module))
    typer.echo(format_json(answer))


def smoke_event(layout: Layout, module: str) -> bytes:
    """Return a module's smoke event. Raises SandboxError if it has none."""
    from sandbox.deployed import working_tree  # imported here because it loads slowly

    event = working_tree.smoke_event(layout, module)
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        raise SandboxError(what, f"send one of your own: make invoke MODULE={module} EVENT=file.json")
    return event
