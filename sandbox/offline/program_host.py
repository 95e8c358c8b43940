"""Runs a Pulumi program for the language host (language_host.py), by means of Pulumi's SDK.

The SDK has a server that its Automation API uses for inline programs. This one runs `__main__.py` instead, and reports
errors as the official host does (its `pulumi-language-python-exec`).
"""

import asyncio
import logging
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, TextIO

import grpc
import pulumi
from pulumi.automation._server import LanguageServer
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc
from pulumi.runtime.settings import get_engine

STANDARD_OUTPUT, STANDARD_ERROR = 1_000_001, 1_000_002
"""Number the streams, other than the engine's own, which count from 1. It keeps the lines of a stream together."""
LAST_LINES_SECONDS = 1.0
"""How long the last lines may take, and those of children that outlive the program are waited for."""


class Handlers:
    """Takes the place of a server to which the SDK adds what finds the method for each call."""

    def add_generic_rpc_handlers(self, handlers: tuple[grpc.GenericRpcHandler]) -> None:
        (self.handler,) = handlers


def handler(engine: Callable[[], str], *, sends_output: bool) -> grpc.GenericRpcHandler:
    """Return what finds the method for each call to a language host. `engine` returns the engine's address."""
    handlers: Any = Handlers()
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(ProgramHost(engine, sends_output), handlers)
    found: grpc.GenericRpcHandler = handlers.handler
    return found


@contextmanager
def _sent(output: TextIO, engine: engine_pb2_grpc.EngineStub, stream: int) -> Iterator[None]:
    """Send the engine what this process and its children print, as the engine reads it of the hosts that it starts."""
    reading, writing = os.pipe()
    descriptor, before = output.fileno(), os.dup(output.fileno())
    os.dup2(writing, descriptor)
    os.close(writing)
    sender = threading.Thread(target=_send, args=(reading, engine, stream), daemon=True)
    sender.start()
    try:
        yield
    finally:
        output.flush()
        os.dup2(before, descriptor)
        os.close(before)
        sender.join(timeout=LAST_LINES_SECONDS)


def _send(reading: int, engine: engine_pb2_grpc.EngineStub, stream: int) -> None:
    """Send each line until nobody can write any more."""
    with open(reading, errors="replace") as lines:
        for line in lines:
            if line.strip():
                with suppress(grpc.RpcError):  # an engine that has ended can't be told
                    engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line, streamId=stream))


class ProgramHost(LanguageServer):
    """Answers the engine's calls. `_server` is not public in the SDK, so this fits the pinned version."""

    def __init__(self, engine: Callable[[], str], sends_output: bool) -> None:
        super().__init__(program=lambda: None)
        self._engine = engine
        self._sends_output = sends_output

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Run the program once. If it fails, `bail` keeps the engine from adding a line to the reported error.

        A program that can't reach the engine has failed, too: the engine would delete what it has not registered.
        """
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a failed program leaves unawaited tasks behind
        reset_options(
            project=request.project,
            stack=request.stack,
            organization=request.organization or "organization",
            root_directory=request.info.root_directory,
            monitor_address=request.monitor_address,
            engine_address=self._engine(),
            parallel=request.parallel,
            preview=request.dryRun,
        )
        set_all_config(dict(request.config), list(request.configSecretKeys))
        program = Path(request.info.program_directory, request.info.entry_point)
        os.chdir(request.pwd or program)
        sys.argv = [str(program)]
        with ExitStack() as ending:
            if self._sends_output and (engine := get_engine()):
                ending.enter_context(_sent(sys.stdout, engine, STANDARD_OUTPUT))
                ending.enter_context(_sent(sys.stderr, engine, STANDARD_ERROR))
            error = _error_of(run_in_stack(lambda: _run(program)), program, request)
        if error:
            with suppress(grpc.RpcError):  # an engine that has ended can't be told
                pulumi.log.error(error)
        sys.stdout.flush()
        sys.stderr.flush()
        return language_pb2.RunResponse(bail=error is not None)

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = sorted({(found.metadata["Name"], found.version) for found in distributions()})
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Install nothing: the virtual environment exists before any `pulumi` command runs."""
        return iter(())


def _run(program: Path) -> None:
    """Run a folder's `__main__.py` with the folder first on sys.path, as the official host does."""
    runpy.run_path(str(program), run_name="__main__")


def _error_of(program_run: Coroutine[Any, Any, None], program: Path, request: Any) -> str | None:
    """Run the program and return the error message for the user, or None if it succeeded.

    The message is empty if the engine has ended, because it has reported why.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(ThreadPoolExecutor(max_workers=max(request.parallel, 1) * 4))
        try:
            runner.run(program_run)
        except pulumi.RunError as refused:
            return str(refused)
        except grpc.RpcError as broken:
            return "" if broken.code() == grpc.StatusCode.UNAVAILABLE else f"RPC error: {broken.details()}"
        except (Exception, SystemExit) as failed:
            return f"Program failed with an unhandled exception:\n{_user_traceback(failed, program)}"
    return None


def _user_traceback(error: BaseException, program: Path) -> str:
    """Return the traceback from the program's first frame on, or all of it if no frame is the program's."""
    frame = error.__traceback__
    while frame is not None and not frame.tb_frame.f_code.co_filename.startswith(str(program)):
        frame = frame.tb_next
    return "".join(traceback.format_exception(error.with_traceback(frame or error.__traceback__)))
