"""Pulumi's Python language host, for an engine that was built from source and so comes without one.

The engine starts `pulumi-language-python` from PATH, reads a port from its first line, and asks it over gRPC to run the
program. The SDK brings the server that its Automation API uses for inline programs; this one runs `__main__.py` instead
and reports errors as the official host does (its `pulumi-language-python-exec`). It imports nothing else of the
sandbox, because each `pulumi` command waits for it to start.
"""

import asyncio
import logging
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import grpc
import pulumi
from google.protobuf.empty_pb2 import Empty
from pulumi.automation._server import LanguageServer
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

PARENT_CHECK_SECONDS = 1.0
"""Seconds between two looks whether the engine is still there."""


class ProgramHost(LanguageServer):
    """Answers the engine; `_server` is not public in the SDK, so its pinned version is what this was tried with."""

    def __init__(self) -> None:
        super().__init__(program=lambda: None)

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Run the program once; an error it reports itself ends with `bail`, so that the engine adds no line to it."""
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a failed program leaves unawaited tasks behind
        reset_options(
            project=request.project,
            stack=request.stack,
            organization=request.organization or "organization",
            root_directory=request.info.root_directory,
            monitor_address=request.monitor_address,
            engine_address=request.args[0] if request.args else "",
            parallel=request.parallel,
            preview=request.dryRun,
        )
        set_all_config(dict(request.config), list(request.configSecretKeys))
        program = Path(request.info.program_directory, request.info.entry_point)
        os.chdir(request.pwd or program)
        sys.argv = [str(program)]
        error = _error_of(run_in_stack(lambda: _run(program)), program, request)
        if error:
            pulumi.log.error(error)
        sys.stdout.flush()
        sys.stderr.flush()
        return language_pb2.RunResponse(bail=bool(error))

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = sorted({(found.metadata["Name"], found.version) for found in distributions()})
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The virtual environment is there before any `pulumi` command runs: nothing to install."""
        return iter(())

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return Empty()


def _run(program: Path) -> None:
    """As the official host does: a folder's `__main__.py`, with the folder first on sys.path."""
    runpy.run_path(str(program), run_name="__main__")


def _error_of(program_run: Coroutine[Any, Any, None], program: Path, request: Any) -> str:
    """Run it to its end; what the user is to read if it failed, else the empty string."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(ThreadPoolExecutor(max_workers=max(request.parallel, 1) * 4))
        try:
            runner.run(program_run)
        except pulumi.RunError as refused:
            return str(refused)
        except grpc.RpcError as broken:
            # The engine went away first: it has said why.
            return "" if broken.code() == grpc.StatusCode.UNAVAILABLE else f"RPC error: {broken.details()}"
        except (Exception, SystemExit) as failed:
            return f"Program failed with an unhandled exception:\n{_user_traceback(failed, program)}"
    return ""


def _user_traceback(error: BaseException, program: Path) -> str:
    """The traceback from the first frame of the program on; all of it if none is the program's."""
    frame = error.__traceback__
    while frame is not None and not frame.tb_frame.f_code.co_filename.startswith(str(program)):
        frame = frame.tb_next
    return "".join(traceback.format_exception(error.with_traceback(frame or error.__traceback__)))


def main() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    engine = os.getppid()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(ProgramHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while os.getppid() == engine and not ended.wait(PARENT_CHECK_SECONDS):  # an engine that is killed says nothing
        pass
    server.stop(grace=0)
    os._exit(0)  # a program that still runs must not hold up the engine, which has given it up


if __name__ == "__main__":
    main()
