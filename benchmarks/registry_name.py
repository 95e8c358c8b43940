"""Makes the registry's AWS name lead to the emulator on this machine, until the end of the benchmark.

It changes /etc/hosts, port 80 of 127.0.0.1 and /etc/docker/daemon.json. Each change is undone at the end, unless the
benchmark is killed with SIGKILL.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.docker_process import daemon_of
from benchmarks.forwarder import forwarded
from sandbox.docker.engine import DockerEngine
from sandbox.errors import SandboxError
from sandbox.process import wait_until

HOSTS = Path("/etc/hosts")
DAEMON_SETTINGS = Path("/etc/docker/daemon.json")
HTTP = 80


@contextmanager
def answering_to(name: str, port: int, docker: DockerEngine) -> Iterator[None]:
    """Map `name` to the emulator's port, and let Docker use HTTP for it. Raises SandboxError if that is impossible."""
    if os.geteuid() != 0:
        raise SandboxError("only root may change this machine in this way", "run it as root")
    with named(name, HOSTS), forwarded(HTTP, port), insecure(name, docker):
        yield


@contextmanager
def named(name: str, hosts: Path) -> Iterator[None]:
    """Add `name` to the hosts file. It is written in place, because it can't be replaced in a container."""
    line = f"127.0.0.1 {name}\n"
    before = hosts.read_text()
    hosts.write_text(before + line if before.endswith("\n") else f"{before}\n{line}")
    try:
        yield
    finally:
        hosts.write_text(hosts.read_text().replace(line, "", 1))


@contextmanager
def insecure(name: str, docker: DockerEngine) -> Iterator[None]:
    """Docker reads this setting again on SIGHUP, if it is set: https://docs.docker.com/reference/cli/dockerd/"""
    daemon = daemon_of(docker)
    before = DAEMON_SETTINGS.read_text() if DAEMON_SETTINGS.exists() else None
    settings = json.loads(before or "{}")
    registries = settings.get("insecure-registries", [])
    try:
        _reload(daemon, {**settings, "insecure-registries": [*registries, name]})
        wait_until(lambda: _is_insecure(name, docker), 10, f"Docker takes {name} for an insecure registry")
        yield
    finally:
        _reload(daemon, {**settings, "insecure-registries": registries})
        try:
            wait_until(lambda: not _is_insecure(name, docker), 10, f"Docker forgets the insecure registry {name}")
        finally:
            _write(DAEMON_SETTINGS, before)


def _reload(daemon: psutil.Process, settings: dict[str, Any]) -> None:
    _write(DAEMON_SETTINGS, json.dumps(settings, indent=2))
    daemon.send_signal(signal.SIGHUP)


def _write(file: Path, text: str | None) -> None:
    """Write the text, or delete the file if the text is None."""
    if text is None:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _is_insecure(name: str, docker: DockerEngine) -> bool:
    return name in docker.run("info", "--format", "{{json .RegistryConfig.IndexConfigs}}").stdout
