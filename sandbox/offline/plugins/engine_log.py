"""Messages from a handler to the user of `pulumi`. They are sent through the engine's log service."""

import threading
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from components.printable import printable_lines


class EngineLog:
    """The engine's log service. Its address arrives with Handshake or Attach; earlier messages are dropped."""

    def __init__(self) -> None:
        self._address = ""
        self._stub: Any = None
        self._lock = threading.Lock()

    def attach(self, address: str) -> None:
        with self._lock:
            if address and address != self._address:
                self._address = address
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def send(self, severity: "engine_pb2.LogSeverity.ValueType", message: str, urn: str, ephemeral: bool) -> None:
        """Sends a message. An error is ignored, because the engine may have ended and the caller's work goes on."""
        if self._stub is None:
            return
        message = printable_lines(message)
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            self._stub.Log(request, timeout=5)
        except grpc.RpcError:
            self._stub = None


class Log:
    """Messages about one resource."""

    def __init__(self, engine: EngineLog, urn: str) -> None:
        self._engine = engine
        self._urn = urn

    def status(self, message: str) -> None:
        """Shows a message beside the resource until the next one replaces it."""
        self._engine.send(engine_pb2.INFO, message, self._urn, ephemeral=True)

    def info(self, message: str) -> None:
        self._engine.send(engine_pb2.INFO, message, self._urn, ephemeral=False)

    def warning(self, message: str) -> None:
        self._engine.send(engine_pb2.WARNING, message, self._urn, ephemeral=False)
