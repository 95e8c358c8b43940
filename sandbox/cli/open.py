"""`open`: opens what a module has to see in a browser."""

import webbrowser
from enum import StrEnum
from typing import Annotated

import typer

from operations.errors import OperationError
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.target import StackName, target_of


class What(StrEnum):
    URL = "url"
    CONSOLE = "console"
    LOGS = "logs"
    DASHBOARD = "dashboard"


def open_page(
    module: ModuleName,
    what: Annotated[
        What | None,
        typer.Option(help="Its URL, or in AWS's console: its function, its log group, the stack's dashboard."),
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the address instead.")] = False,
    stack: StackName = None,
) -> None:
    """Open a module's URL in a browser, or a page of AWS's console: the function's, if it has no URL."""
    target = target_of(stack)
    pages = target.pages(target.module(module))
    if what is None:
        what = What.URL if pages.url or not pages.console else What.CONSOLE
    if what is not What.URL and not pages.console:
        other = "`make status`, `make logs` and `make releases` show what there is"
        raise OperationError(f"the sandbox has no console, so `{module}` has only a URL to open", other)
    address = pages.url if what is What.URL else pages.console[what]
    if address is None:
        raise OperationError(f"`{module}` has no URL", "`triggers: {url: {}}` in its module.yaml gives it one")
    if only_print or not webbrowser.open(address):
        typer.echo(address)
