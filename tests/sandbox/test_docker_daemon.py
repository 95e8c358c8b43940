"""Each test has a network, mounts and process ids of its own: a second dockerd would disturb the first one's bridge."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sandbox import docker_daemon
from sandbox.docker_daemon import Daemon
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout

can_start = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not docker_daemon.is_installed(),
    reason="only root can start a dockerd, and where it is installed",
)


def play(scenario: str) -> None:
    command = (
        f"mount -t tmpfs tmpfs /run && ip link set lo up && exec {sys.executable} -m tests.sandbox.daemon_scenarios"
    )
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    with tempfile.TemporaryDirectory(prefix="dockerd-") as folder:  # pytest's own are too deep for sockets
        done = subprocess.run(
            [*unshare, "sh", "-c", f"{command} {scenario} {folder}"],
            cwd=PROJECT,
            env={name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    assert done.returncode == 0, done.stdout


@can_start
@pytest.mark.sandbox
@pytest.mark.parametrize(
    "scenario",
    [
        "starts_and_stops",
        "runs_on_for_others",
        "starts_after_a_kill",
        "stops_after_a_kill",
        "takes_another_storage_driver_inside_a_container",
        "names_its_log_when_it_does_not_start",
    ],
)
def test_an_engine_of_the_sandboxs_own(scenario: str) -> None:
    play(scenario)


def test_a_folder_too_deep_for_a_socket_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 25)
    with pytest.raises(SandboxError, match="too long") as raised:
        Daemon(Layout(project=home, home=home, tools=home)).start()
    assert "SANDBOX_HOME" in raised.value.remedy
    assert not home.exists()


def test_a_socket_that_nobody_serves_does_not_answer(tmp_path: Path) -> None:
    assert not docker_daemon.answers(tmp_path / "docker.sock")
