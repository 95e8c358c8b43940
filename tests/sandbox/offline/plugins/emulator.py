"""Starts an AWS emulator for tests."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.process import last_lines, wait_until

_PROJECT = Path(__file__).parents[4]
_PROCESS = "tests.sandbox.offline.plugins.emulator_process"


@dataclass(frozen=True)
class Emulator:
    endpoint: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which AWS clients connect to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def reset(self) -> None:
        """Deletes the resources of all accounts."""
        request = urllib.request.Request(f"{self.endpoint}/_ministack/reset", method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1):
                return True
        except OSError:
            return False


@contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    """Runs MiniStack until the end of the block. Its log is in the folder."""
    port = free_port()
    emulator = Emulator(f"http://127.0.0.1:{port}")
    own = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "PERSIST_STATE": "0",
        "PYTHONPATH": str(_PROJECT),
        "SANDBOX_FUNCTION_CHANGE_SECONDS": "0.03",
    }
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **emulator.environ, **own}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", _PROCESS], env=environ, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: emulator.answers() or process.poll() is not None, 60, "the emulator answers")
        assert process.poll() is None, f"the emulator has ended:\n{last_lines((folder / 'log').read_text(), 15)}"
        yield emulator
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
