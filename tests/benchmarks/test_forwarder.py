import socket
import threading

import pytest

from benchmarks.forwarder import forwarded
from sandbox.errors import SandboxError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_what_is_sent_to_the_port_is_answered_from_the_other_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as behind:

        def shout() -> None:
            connection = behind.accept()[0]
            with connection:
                connection.sendall(connection.recv(100).upper())

        threading.Thread(target=shout, daemon=True).start()
        port = free_port()
        with forwarded(port, behind.getsockname()[1]), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"push")
            assert client.recv(100) == b"PUSH"


def test_a_port_that_is_taken_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=str(port)), forwarded(port, 1):
            pass
