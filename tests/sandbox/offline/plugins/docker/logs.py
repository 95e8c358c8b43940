"""The engine's log service for a plugin."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


@dataclass
class Logs(engine_pb2_grpc.EngineServicer):
    """The messages that a plugin has sent to the user."""

    lasting: list[str] = field(default_factory=list)
    """`<severity>: <message>`"""
    passing: list[str] = field(default_factory=list)

    def Log(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.ephemeral:
            self.passing.append(request.message)
        else:
            self.lasting.append(f"{engine_pb2.LogSeverity.Name(request.severity).lower()}: {request.message}")
        return Empty()

    def clear(self) -> None:
        self.lasting.clear()
        self.passing.clear()


@contextmanager
def listening() -> Iterator[tuple[Logs, str]]:
    """Yields the service and its address."""
    logs, server = Logs(), grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(logs, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield logs, f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
