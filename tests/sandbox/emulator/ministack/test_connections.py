import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from sandbox.emulator.process import Emulator
from sandbox.process import wait_until
from tests.sandbox.emulator.emulators import process, running

FILES = 128
REQUEST = b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def few_files(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that may have only so many files open."""
    with running(tmp_path / "home") as emulator:
        process(emulator).rlimit(psutil.RLIMIT_NOFILE, (FILES, FILES))
        yield emulator


def ask(emulator: Emulator) -> int:
    """One request over a connection of its own that could be kept alive, and that this client closes."""
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    connection.request("GET", "/_ministack/health")
    answer = connection.getresponse()
    assert answer.read()
    connection.close()
    return answer.status


def test_clients_that_close_their_connections_leave_room_for_others(few_files: Emulator) -> None:
    assert {ask(few_files) for _ in range(3 * FILES)} == {200}
    wait_until(lambda: len(process(few_files).net_connections()) == 1, 10, "only the listening socket is left")


def test_a_client_that_ends_its_side_is_still_answered(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", emulator.port), 10) as connection:
        connection.sendall(REQUEST)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(16) == b"HTTP/1.1 200 OK\r"


def test_a_connection_that_its_client_keeps_open_serves_several_requests(emulator: Emulator) -> None:
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    connection.connect()
    used = connection.sock
    for _ in range(3):
        connection.request("GET", "/_ministack/health")
        assert connection.getresponse().read()
    assert connection.sock is used
    connection.close()
