"""The sandbox's command line: its verbs, and how errors are reported."""

import os
import signal
import sys
from typing import NoReturn

import typer
from rich.markup import escape

from sandbox.cli.debug import debug
from sandbox.cli.doctor import doctor
from sandbox.cli.down import down
from sandbox.cli.execute import execute
from sandbox.cli.invoke import invoke
from sandbox.cli.logs import logs
from sandbox.cli.new import new
from sandbox.cli.preview import preview
from sandbox.cli.releases import promote, prune, release, releases, rollback
from sandbox.cli.status import status
from sandbox.cli.up import up
from sandbox.cli.watch import watch
from sandbox.emulator.process import NO_PROFILES, USER_VARIABLE_PREFIXES
from sandbox.errors import SandboxError, machine_error
from sandbox.layout import Layout
from sandbox.progress import console_on, without_styles

app = typer.Typer(
    help="Ship the modules to a local cloud, without an account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for verb in (
    up,
    watch,
    preview,
    invoke,
    debug,
    logs,
    status,
    releases,
    rollback,
    release,
    promote,
    prune,
    new,
    doctor,
    down,
):
    app.command()(verb)
app.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})(execute)


def main() -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    clear_cloud_settings()
    if without_styles():
        from typer import rich_utils

        rich_utils.COLOR_SYSTEM = None  # Typer's own consoles, for help and wrong options, else keep bold and dim
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a normal exit would take 0.3 s to tear down the plugins' imports


def run() -> int:
    """Run the verb and return the exit code, which is 130 after Ctrl-C."""
    try:
        app(prog_name="sandbox")
    except SystemExit as ended:
        return int(ended.code or 0)
    except SandboxError as error:
        return _print_error(error)
    except OSError as error:
        if known := machine_error(error, Layout.of().home):
            return _print_error(known)
        raise
    return 0


def _print_error(error: SandboxError) -> int:
    console = console_on(sys.stderr)
    console.print(f"[red]error:[/red] {escape(error.what)}")
    for remedy in error.remedy.splitlines():
        console.print(f"  -> {escape(remedy)}")
    return 1


def clear_cloud_settings() -> None:
    """Remove the user's AWS and Pulumi settings from this process and from the processes that it starts."""
    for name in [name for name in os.environ if name.startswith(USER_VARIABLE_PREFIXES)]:
        del os.environ[name]
    os.environ.update(NO_PROFILES)
