"""`logs`: what a module wrote, from CloudWatch Logs."""

from typing import Annotated

import typer

from sandbox import stack
from sandbox.cli.invoke import deployed_module
from sandbox.layout import Layout
from sandbox.session import attached


def logs(
    module: Annotated[str, typer.Argument(help="A folder below modules/.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
) -> None:
    """Print a module's log."""
    from sandbox.functions import Functions

    layout = Layout.of()
    environ = attached(layout)
    deployed = deployed_module(stack.outputs(layout, environ), module)
    try:
        for line in Functions(environ).log_lines(deployed["logGroup"], follow):
            typer.echo(line)
    except KeyboardInterrupt:
        return
