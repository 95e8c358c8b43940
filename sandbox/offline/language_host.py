"""Pulumi's Python language host, for an engine that was built from source and therefore has none.

The engine starts `pulumi-language-python` from PATH, reads a port from its first line, and calls it over gRPC. Each
command of the engine starts two hosts, and only one of them runs a program. So what runs it, with Pulumi's SDK, is
loaded when a call needs it. Nothing else of the sandbox is imported, because each command waits for its hosts to start.
"""

import functools
import importlib.util
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any] | None":
        answer = WITHOUT_SDK.get(handler_call_details.method.rpartition("/")[2])
        if answer is None:
            return self._with_sdk.service(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(lambda request, context: answer)

    @functools.cached_property
    def _with_sdk(self) -> grpc.GenericRpcHandler:
        """Load the module by its path, so that the program can't import what is beside it."""
        spec = importlib.util.spec_from_file_location("program_host", Path(__file__).with_name("program_host.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: grpc.GenericRpcHandler = module.handler()
        return found


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # It takes no lock: setting an event that the main thread waits for can wait for itself.
        signal.signal(number, lambda *_: os._exit(0))
    engine = os.getppid()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    server.add_generic_rpc_handlers([Host()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while os.getppid() == engine:  # an engine that is killed says nothing
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(0)  # a program that still runs must not hold up the engine, which has given it up


if __name__ == "__main__":
    main()
