"""The sandbox's command line: its verbs, and how errors are reported."""

import os
import signal
import sys
from collections.abc import Mapping
from typing import NoReturn

import typer
from rich.markup import escape

from operations.errors import OperationError
from sandbox.cli.debug import debug
from sandbox.cli.doctor import doctor
from sandbox.cli.down import down
from sandbox.cli.execute import execute
from sandbox.cli.invoke import InvokeCommand, invoke
from sandbox.cli.logs import logs
from sandbox.cli.new import new
from sandbox.cli.open import open_page
from sandbox.cli.preview import preview
from sandbox.cli.releases import promote, prune, release, releases, rollback
from sandbox.cli.status import status
from sandbox.cli.target import clear_cloud_settings
from sandbox.cli.up import up
from sandbox.cli.watch import watch
from sandbox.errors import machine_error
from sandbox.layout import Layout
from sandbox.progress import console_on, without_styles

app = typer.Typer(
    help="Ship the modules to a local cloud, without an account; look at and operate any stack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for verb in (up, watch, preview, debug, logs, status, releases, rollback, release, promote, prune, new, doctor, down):
    app.command()(verb)
app.command("open")(open_page)
app.command(cls=InvokeCommand)(invoke)
app.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})(execute)


def main() -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    removed = clear_cloud_settings()
    if without_styles():
        from typer import rich_utils

        rich_utils.COLOR_SYSTEM = None  # Typer's own consoles, for help and wrong options, else keep bold and dim
    code = run(removed)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a normal exit would take 0.3 s to tear down the plugins' imports


def run(cloud_settings: Mapping[str, str] | None = None) -> int:
    """Run the verb and return the exit code, which is 130 after Ctrl-C.

    `cloud_settings` are the user's own, for verbs about another stack than the sandbox's.
    """
    try:
        app(prog_name="sandbox", obj=cloud_settings)
    except SystemExit as ended:
        return int(ended.code or 0)
    except OperationError as error:
        return _print_error(error)
    except OSError as error:
        if known := machine_error(error, Layout.of().home):
            return _print_error(known)
        raise
    return 0


def _print_error(error: OperationError) -> int:
    console = console_on(sys.stderr)
    console.print(f"[red]error:[/red] {escape(error.what)}")
    for remedy in error.remedy.splitlines():
        console.print(f"  -> {escape(remedy)}")
    return 1
