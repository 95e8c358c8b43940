"""Pulumi's Python language host, for an engine that was built from source and therefore has none.

The engine starts `pulumi-language-python` from PATH, reads a port from its first line, and calls it over gRPC. Each
command of the engine starts two hosts, and only one of them runs a program. So what runs it, with Pulumi's SDK, is
loaded when a call needs it. Nothing else of the sandbox is imported, because each command waits for its hosts to start.

With the arguments `--program FOLDER`, it waits for a command of the engine: it loads the SDK and what the program
imports, and before it serves it reads the program's environment from a line of input, as JSON (engine/waiting_host.py).
The engine doesn't read the output of such a host, so it is sent what the program prints.
"""

import ast
import functools
import importlib.util
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.api_pb2 import Mixin

PARENT_CHECK_SECONDS = 1.0
"""How often the host checks that the engine still runs."""
ABOUT = Mixin(name=sys.executable, root="{}.{}.{}".format(*sys.version_info)).SerializeToString()
"""An AboutResponse, whose type is in the SDK. Like a Mixin, it has two texts: `executable` and `version`."""
WITHOUT_SDK = {"About": ABOUT, "Cancel": b"", "GetPluginInfo": b"", "GetRequiredPackages": b""}
"""The answers to calls that don't need the SDK: encoded messages. Those that are empty leave out every field."""


class Host(grpc.GenericRpcHandler):
    """Finds the method for each call."""

    engine = sys.argv[-1]
    """The engine's address: its last argument, or what the engine says that attaches to a host that waits."""
    waits = sys.argv[1:2] == ["--program"]

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any] | None":
        method = handler_call_details.method.rpartition("/")[2]
        if method == "Handshake":
            return grpc.unary_unary_rpc_method_handler(self._shake_hands)
        answer = WITHOUT_SDK.get(method)
        if answer is None:
            return self._with_sdk.service(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(lambda request, context: answer)

    def _shake_hands(self, request: bytes, context: "grpc.ServicerContext | None" = None) -> bytes:
        """Answer a LanguageHandshakeRequest, whose first text is the engine's address, as that of a Mixin is `name`."""
        self.engine = Mixin.FromString(request).name
        return b""

    @functools.cached_property
    def _with_sdk(self) -> grpc.GenericRpcHandler:
        """Load the module by its path, so that the program can't import what is beside it."""
        spec = importlib.util.spec_from_file_location("program_host", Path(__file__).with_name("program_host.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: grpc.GenericRpcHandler = module.handler(lambda: self.engine, sends_output=self.waits)
        return found

    def load(self, program: Path) -> None:
        """Load the SDK and the modules that a program imports. A mistake in them is reported when the program runs."""
        _ = self._with_sdk
        sys.path.insert(0, str(program))
        os.chdir(program)
        with suppress(Exception):
            for statement in ast.parse(Path("__main__.py").read_bytes()).body:
                if isinstance(statement, ast.ImportFrom) and statement.module:
                    importlib.import_module(statement.module)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # It takes no lock: setting an event that the main thread waits for can wait for itself.
        signal.signal(number, lambda *_: os._exit(0))
    parent = os.getppid()  # the engine, or the command that keeps a host waiting
    host, answer = Host(), sys.stdout
    if host.waits:
        answer = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what modules print isn't the port
        host.load(Path(sys.argv[2]))
        os.environ.update(json.loads(sys.stdin.readline() or os._exit(0)))
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    server.add_generic_rpc_handlers([host])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, file=answer, flush=True)
    while os.getppid() == parent:  # an engine that is killed says nothing
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(0)  # a program that still runs must not hold up the engine, which has given it up


if __name__ == "__main__":
    main()
