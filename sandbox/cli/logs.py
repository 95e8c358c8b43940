"""`logs`: prints a module's log from CloudWatch Logs."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from components.printable import printable_lines
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.target import StackName, target_of

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def age(text: str) -> timedelta:
    """Parse `30s`, `5m`, `2h` or `1d`."""
    parts = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if parts is None:
        raise typer.BadParameter(f"'{text}' is not an age: write, for example, 30s, 5m, 2h or 1d")
    return timedelta(**{UNITS[parts[2]]: int(parts[1])})


def logs(
    module: ModuleName,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    since: Annotated[
        timedelta | None,
        typer.Option(parser=age, metavar="AGE", help="Nothing older than 30s, 5m, 2h, 1d; 1h with --stack."),
    ] = None,
    stack: StackName = None,
) -> None:
    """Print a module's log."""
    from operations.functions import Functions

    target = target_of(stack)
    group = target.module(module).log_group
    for line in Functions(target).log_lines(group, follow=follow, since=since or target.log_age):
        typer.echo(printable_lines(line))
