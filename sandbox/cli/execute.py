"""`exec`: runs any command in the sandbox's environment, such as `pulumi ...`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress, console_on
from sandbox.session import opened


def execute(
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after `--`.")],
    program: Annotated[
        Path | None,
        typer.Option("--in", exists=True, file_okay=False, resolve_path=True, help="Another Pulumi program's folder."),
    ] = None,
) -> None:
    """Run a command in the sandbox's environment, and exit with its exit code."""
    layout = Layout.of()
    progress = Progress(console_on(sys.stderr), quiet=True)
    with exclusive(layout), opened(layout, progress, program) as session:
        code = session.run_in_foreground(command)
    raise typer.Exit(code)
