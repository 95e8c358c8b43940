"""Forwards one TCP port of 127.0.0.1 to another."""

import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sandbox.errors import SandboxError


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def forwarded(port: int, to: int) -> Iterator[None]:
    """Forward `port` until the end of the block. Raises SandboxError if the port is taken."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", to)) as behind:
                back = threading.Thread(target=_copy, args=(behind, self.request), daemon=True)
                back.start()
                _copy(self.request, behind)
                back.join()

    try:
        server = _Server(("127.0.0.1", port), Forward)
    except OSError as taken:
        raise SandboxError(f"port {port} of 127.0.0.1 can't be used: {taken.strerror}") from taken
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy until the source ends or one side breaks off, then close the target for writing."""
    with suppress(OSError):
        shutil.copyfileobj(source.makefile("rb", buffering=0), target.makefile("wb", buffering=0))
        target.shutdown(socket.SHUT_WR)
