"""An emulator for the whole test run, and the local AWS plugin attached to it."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.plugins import aws
from sandbox.plugins.aws.session import Aws, configure
from sandbox.plugins.serve import serve
from sandbox.process import wait_until
from tests.provider.engine import Engine


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment that aims at a MiniStack of the test run's own."""
    port = _free_port()
    folder = tmp_path_factory.mktemp("emulator")
    environ = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    own = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "PERSIST_STATE": "0"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ, **own},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: _answers(environ["AWS_ENDPOINT_URL"]), 60, f"the emulator answers ({folder / 'log'})")
        yield environ
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def engine(emulator: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine to which the local AWS plugin is attached."""
    log: Path = tmp_path_factory.mktemp("plugin") / "log"
    with serve([aws.provider()], emulator, log) as attached:
        yield Engine.attached(f"127.0.0.1:{attached.removeprefix('aws:')}")
    assert not log.exists(), f"the plugin logged a bug of its own:\n{log.read_text()}"


@pytest.fixture(scope="session")
def cloud(emulator: Mapping[str, str]) -> Any:
    """Gives AWS clients on the emulator, to look at and change things behind the engine's back."""
    session: Aws = configure({}, emulator)
    return session.client
