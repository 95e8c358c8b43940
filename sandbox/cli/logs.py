"""`logs`: prints the logs of modules from CloudWatch Logs."""

import os
import re
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from operations.log_text import View
from sandbox.cli.module_argument import ModuleNames, names_in
from sandbox.cli.target import StackName, target_of
from sandbox.progress import without_styles

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "bright_red")


def age(text: str) -> timedelta:
    """Parse `30s`, `5m`, `2h` or `1d`."""
    parts = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if parts is None:
        raise typer.BadParameter(f"'{text}' is not an age: write, for example, 30s, 5m, 2h or 1d")
    return timedelta(**{UNITS[parts[2]]: int(parts[1])})


def pattern(text: str) -> re.Pattern[str]:
    """Parse a regular expression, in which upper and lower case are the same."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as invalid:
        raise typer.BadParameter(f"'{text}' is not a regular expression: {invalid}") from invalid


def logs(
    modules: ModuleNames = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    since: Annotated[
        timedelta | None,
        typer.Option(parser=age, metavar="AGE", help="Nothing older than 30s, 5m, 2h, 1d; 1h with --stack."),
    ] = None,
    grep: Annotated[
        re.Pattern[str] | None,
        typer.Option(parser=pattern, metavar="TEXT", help="Only what contains this regular expression, in any case."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Lambda's own lines, too.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="JSON documents as they are.")] = False,
    stack: StackName = None,
) -> None:
    """Print the logs of modules, merged by time: their own lines, and Lambda's about errors."""
    from operations import log_reading
    from operations.functions import Functions

    target = target_of(stack)
    functions, since = Functions(target), since or target.log_age
    names = names_in(modules)
    found = {name: target.module(name) for name in names} if names else target.modules()
    groups = {name: its.log_group for name, its in found.items()}
    start = int((datetime.now(UTC) - since).timestamp() * 1000) if since else 0
    prefixes, view = _prefixes(groups), View(everything, raw, grep)
    hidden, shown = 0, 0
    for module, event in (log_reading.follow if follow else log_reading.read)(groups, functions.log_page, start):
        lines = view.lines(event.message, event.time)
        for line in lines:
            typer.echo(f"{prefixes[module]}{line}")
        hidden, shown = hidden + (not lines), shown + bool(lines)
    if hidden and not shown and not grep:
        typer.echo("There are only lines of Lambda's own: `--all` shows them.", err=True)


def _prefixes(modules: Collection[str]) -> Mapping[str, str]:
    """Return what precedes each line of a module, in a terminal with a colour: its name, unless it is the only one."""
    if len(modules) == 1:
        return dict.fromkeys(modules, "")
    width, plain = max(map(len, modules), default=0), without_styles() or os.environ.get("TERM") == "dumb"
    names = {module: f"{module:{width}} | " for module in modules}
    if plain or not sys.stdout.isatty():
        return names
    return {
        module: typer.style(name, fg=COLOURS[number % len(COLOURS)])
        for number, (module, name) in enumerate(names.items())
    }
