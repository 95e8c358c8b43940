"""`debug`: runs a module's deployed image with a debugger, and sends it an event once an editor has attached."""

import json
import signal
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from components.printable import quoted
from operations.log_tail import quoted_log
from operations.modules import check_served
from sandbox.cli.invoke import EventOption, event_for
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.results import format_json
from sandbox.docker import debugger
from sandbox.docker.engine import connect_docker
from sandbox.emulator.process import Emulator
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress, console_on
from sandbox.session import client_environment

if TYPE_CHECKING:
    from docker.errors import APIError

    from sandbox.deployed.own_container import Answered, OwnContainer

SETTLE_SECONDS = 0.5
"""How long the debugger may take to tell its client that the function goes on, before its container is removed."""


def debug(
    module: ModuleName,
    event: EventOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the debugger listens, on 127.0.0.1.")] = 5678,
) -> None:
    """Run a module's deployed image with a debugger, send an event once a client has attached, print the answer."""
    import docker

    from operations.functions import Functions, error_text
    from sandbox.deployed.own_container import own_container
    from sandbox.deployed.working_tree import changed_since
    from sandbox.docker.debugger.options import debugger_options, has_python
    from sandbox.docker.function_container import NotStarted
    from sandbox.target import sandbox_target

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    layout, engine = Layout.of(), connect_docker()
    emulator, target = Emulator(layout), sandbox_target(layout, client_environment(layout))
    functions, found = Functions(target), target.module(module)
    check_served(found, functions.live_version(found.function), target)
    sent = event_for(None, module, event)
    progress = Progress(console_on(sys.stderr))
    if differing := changed_since(layout, module):
        progress.console.print(f"{module} differs from what is deployed: {', '.join(differing)}", markup=False)
    configuration = functions.configuration(found.function)
    image, volume = configuration["ImageUri"], f"{emulator.instance}-{debugger.VOLUME}"
    with closing(docker.DockerClient(base_url=engine.host)) as client, progress.step(f"Debug {module}") as step:
        try:
            if not has_python(client, image):
                what = f"the image of `{module}` has no python3 on its PATH, and the debugger is one for Python"
                raise SandboxError(what, f"see what it prints: make logs MODULE={module}")
            settings = (configuration.get("Environment") or {}).get("Variables") or {}
            variables, options = debugger_options(client, image, settings, volume, port)
            running = own_container(
                engine, emulator, target, configuration, variables=variables, memory=debugger.MEMORY_MIB, **options
            )
            with running as container, ThreadPoolExecutor(1) as sending:
                answering = sending.submit(container.answer, sent, debugger.LONGEST_SECONDS)
                try:
                    _wait_for_client(container, answering)
                    folder = container.working_directory
                    step.note(f"attach to 127.0.0.1:{port}, with modules/{module} as {folder}")
                    answered = answering.result()
                    time.sleep(SETTLE_SECONDS)
                except BaseException:
                    container.container.kill()  # else nobody would answer
                    raise
        except docker.errors.APIError as refused:
            raise _refused(refused, port) from refused
        except NotStarted as failed:
            raise SandboxError(f"{found.function} does not start: {failed}") from failed
    if answered.failed:
        raise SandboxError(f"{found.function} failed: {error_text(answered.body.encode())}{quoted_log(answered.log)}")
    if log := [line for line in answered.log if line != debugger.WAITS]:
        progress.console.print(quoted("\n".join(log)), markup=False)
    typer.echo(format_json(json.loads(answered.body or "null")))


def _wait_for_client(container: "OwnContainer", answering: "Future[Answered]") -> None:
    """Return when a client can attach. Raises SandboxError if the function answers without waiting for one."""
    while not wait([answering], timeout=0.2).done:
        if debugger.WAITS in container.container.logs().decode(errors="replace"):
            return
    answered = answering.result()
    what = f"the function answered without waiting for a debugger:\n{quoted(answered.body)}{quoted_log(answered.log)}"
    raise SandboxError(what, "the debugger needs a process of Python 3.8 or newer that reads PYTHONPATH")


def _refused(refused: "APIError", port: int) -> SandboxError:
    what = f"Docker can't run the debugger: {refused.explanation}"
    return SandboxError(what, f"if port {port} is taken, name another one: DEBUG_PORT={port + 1}")
