"""A port between everything that calls AWS, or pushes an image, and the emulator: notes each call, and fails one."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.end_to_end.failing.calls import Call, call_of, refusal

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
SENT_ONCE = ("lambda:Invoke",)
"""Calls that no client repeats when it got no answer."""


class Mode(StrEnum):
    REFUSED = "refused"
    """The call is not executed, and answered with an error that no client repeats."""
    LOST = "lost"
    """The call is executed, and nobody hears its answer: AWS's clients repeat it, and hear that one."""
    INTERRUPTED = "interrupted"
    """Someone ends the update with Ctrl-C when the call arrives, which is executed and answered."""


@dataclass
class Fault:
    mode: Mode
    chosen: Callable[[Call], bool]
    interrupt: Callable[[], None]
    happened: Call | None = None
    """The call that was failed, once it was."""


class Forwarder:
    def __init__(self, emulator: int) -> None:
        """`emulator` is the port that calls go on to."""
        self.emulator = emulator
        self.calls: list[Call] = []
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.forwarder = self

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @contextmanager
    def serving(self) -> Iterator[None]:
        with self._server:
            threading.Thread(target=self._server.serve_forever, daemon=True).start()
            try:
                yield
            finally:
                self._server.shutdown()

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """The first call that fits is failed; those after it are not."""
        self._fault = fault
        try:
            yield
        finally:
            self._fault = None

    def arrived(self, call: Call) -> Fault | None:
        """Note the call; gives what is to become of it, if it is to fail."""
        with self._lock:
            self.calls.append(call)
            fault = self._fault
            if fault is None or fault.happened is not None or not fault.chosen(call):
                return None
            fault.happened = call
            return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    forwarder: Forwarder


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _forward(self) -> None:
        body = self._body()
        call = call_of(self.command, self.path, self.headers, body)
        fault = self.server.forwarder.arrived(call) if call else None
        if call is None or fault is None:
            self._answer(*self._asked(body))
            return
        if fault.mode is Mode.REFUSED:
            self._answer(*refusal(call))
            return
        if fault.mode is Mode.INTERRUPTED:
            fault.interrupt()
            self._answer(*self._asked(body))
            return
        self._asked(body)
        if call.name in SENT_ONCE or call.protocol == "registry":  # Docker repeats by itself
            self.close_connection = True
            return
        self._answer(*self._asked(body))

    do_DELETE = do_GET = do_HEAD = do_PATCH = do_POST = do_PUT = _forward

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are noted elsewhere."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass
        return b"".join(chunks)

    def _asked(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Ask the emulator; as the client asked, its host too, which a signature is about."""
        behind = http.client.HTTPConnection("127.0.0.1", self.server.forwarder.emulator)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in (*HOP_BY_HOP, "expect")}
        headers |= {"Content-Length": str(len(body))} if body or self.command not in ("GET", "HEAD") else {}
        try:
            behind.request(self.command, self.path, body, headers)
            answer = behind.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
            if self.command == "HEAD" and (length := answer.getheader("Content-Length")):
                kept["Content-Length"] = length
            return answer.status, kept, answer.read()
        finally:
            behind.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command != "HEAD" and status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
