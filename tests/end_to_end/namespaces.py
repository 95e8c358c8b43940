"""A network, mounts and process ids apart: a second dockerd would disturb the first one's bridge."""

import os
import subprocess
import sys
import tempfile

import pytest

from sandbox.layout import PROJECT
from sandbox.offline import docker_daemon

can_start_docker = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not docker_daemon.is_installed(),
    reason="only root can start a dockerd, and where it is installed",
)
UNSHARE = ("unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")


def play(module: str, *arguments: str) -> None:
    """Run a module's `main`-block apart, with a folder of its own as the last argument, where no Docker engine is."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    with tempfile.TemporaryDirectory(prefix="dockerd-") as folder:  # pytest's own are too deep for sockets
        script = 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"'
        command = ["sh", "-c", script, "sh", sys.executable, "-m", module, *arguments, folder]
        done = subprocess.run(
            [*UNSHARE, *command],
            cwd=PROJECT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    assert done.returncode == 0, done.stdout
