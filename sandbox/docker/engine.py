"""Finds the Docker engine that the sandbox builds and runs with, or starts one."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import psutil

from sandbox import official_plugins
from sandbox.docker.client import clients_with_buildkit, find_client
from sandbox.docker.limits import Limits
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import debian, docker_daemon
from sandbox.offline.docker_daemon import Daemon
from sandbox.process import run
from sandbox.progress import Progress, Step

DEFAULT_HOST = f"unix://{docker_daemon.SOCKET}"
CONTAINERD_FAILS = (
    'builds of the official docker plugin fail with "failed to read downloaded context" '
    "(https://github.com/pulumi/pulumi-docker/issues/967)"
)
CONTAINERD_REMEDY = (
    'set `"features": {"containerd-snapshotter": false}` in its daemon.json, or in Docker Desktop turn off "Use '
    'containerd for pulling and storing images", and restart it'
)


@dataclass(frozen=True, kw_only=True)
class DockerEngine:
    """A running Docker engine, and the client that builds with it."""

    host: str
    """The engine's address as in DOCKER_HOST, such as `unix:///var/run/docker.sock`."""
    client: Path
    version: str
    """The engine's version, such as `20.10.24`."""
    containerd_store: bool
    """Whether images are in containerd's store, which is the default of new installations from version 29 on."""
    limits: Limits = field(default_factory=Limits)

    def environment(self) -> dict[str, str]:
        """Return the additional variables that a subprocess needs to use this engine and to build with BuildKit."""
        # If the user had chosen another buildx builder, its images would not be in the engine's store.
        return {"DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "1", "BUILDX_BUILDER": "default"}

    def run(
        self, *arguments: str | Path, check: bool = True, log: Path | None = None, stdin: str | None = None
    ) -> CompletedProcess[str]:
        """Run the client: `docker.run("image", "ls")`."""
        environment = {**os.environ, **self.environment()}
        return run([self.client, *arguments], env=environment, check=check, log=log, stdin=stdin)

    def check_store(self, environ: Mapping[str, str]) -> None:
        """Raise SandboxError if builds of the official docker plugin can fail in this engine's image store."""
        if self.containerd_store and official_plugins.are_chosen(environ):
            what = f"engine {self.version} keeps images in containerd's store, where {CONTAINERD_FAILS}"
            raise SandboxError(what, f"{CONTAINERD_REMEDY}; or leave SANDBOX_PLUGINS out")

    def bridge_address(self) -> str | None:
        """Return this host's address on Docker's default bridge, at which containers reach it.

        Returns None if the bridge isn't on this host, as with Docker Desktop and rootless engines.
        """
        options = json.loads(self.run("network", "inspect", "bridge", "--format", "{{json .Options}}").stdout)
        addresses = psutil.net_if_addrs().get(options.get("com.docker.network.bridge.name", "docker0"), [])
        return next((address.address for address in addresses if address.family.name == "AF_INET"), None)


def ensure_docker(layout: Layout, progress: Progress, environ: Mapping[str, str] = os.environ) -> DockerEngine:
    """Return the running engine. If there is none, root on Linux gets one that is started, and installed if needed."""
    with progress.step("Docker", check=True) as step:
        try:
            docker = connect_docker(environ)
        except SandboxError:
            if not may_start_docker(environ):
                raise
            _start_one(layout, step, environ)
            docker = connect_docker(environ)
        docker.check_store(environ)
        step.outcome = f"engine {docker.version} at {docker.host}"
        return docker


def connect_docker(environ: Mapping[str, str] = os.environ) -> DockerEngine:
    """Connect to the engine that DOCKER_HOST, the current Docker context or the default socket names.

    This starts and installs nothing. Raises SandboxError if the engine doesn't answer.
    """
    client = find_client(environ)
    host = _endpoint(client, environ)
    described = run([client, "info", "--format", "{{json .}}"], env={**environ, "DOCKER_HOST": host}, check=False)
    info = _last_json(described.stdout)
    if not info.get("ServerVersion"):  # older clients leave it out, newer ones leave it empty
        words = [line for line in described.stdout.splitlines() if line and not line.startswith("{")]
        raise _unanswered(host, " ".join(info.get("ServerErrors") or words))
    return DockerEngine(
        host=host,
        client=client,
        version=info["ServerVersion"],
        containerd_store=["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or []),
        limits=Limits.of(info),
    )


def stop_docker(layout: Layout) -> str:
    """Stop the engine if this sandbox started it and no container uses it. Returns a phrase that says what was done."""
    daemon = Daemon(layout)
    if daemon.is_running() and docker_daemon.answers(docker_daemon.SOCKET):
        docker = connect_docker({**os.environ, "DOCKER_HOST": DEFAULT_HOST})
        if others := docker.run("ps", "--quiet").stdout.split():
            return f"Docker left running: {len(others)} containers on it are not this sandbox's"
    return "Docker stopped" if daemon.stop() else "Docker left as it was found"


def _endpoint(client: Path, environ: Mapping[str, str]) -> str:
    """Return the address from DOCKER_HOST, or else from the current context, or else the default."""
    return run([client, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], env=environ).stdout.strip()


def may_start_docker(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether `ensure_docker` would start an engine. It does not if the user has chosen one."""
    client = next(clients_with_buildkit(environ), None)
    chosen = _endpoint(client, environ) if client else environ.get("DOCKER_HOST", DEFAULT_HOST)
    is_root = sys.platform == "linux" and os.geteuid() == 0
    return is_root and chosen == DEFAULT_HOST and (docker_daemon.is_installed() or debian.can_install())


def _start_one(layout: Layout, step: Step, environ: Mapping[str, str]) -> None:
    if not docker_daemon.is_installed() or next(clients_with_buildkit(environ), None) is None:
        step.note("installing docker.io")
        debian.install(["docker.io"], if_there=["docker-cli", "docker-buildx"])
    if not docker_daemon.answers(docker_daemon.SOCKET):  # with systemd, the package has started it already
        step.note("starting dockerd")
        Daemon(layout).start()


def _last_json(output: str) -> dict[str, Any]:
    """Parse the last line that is JSON. The client may print warnings before it."""
    line = next((line for line in reversed(output.splitlines()) if line.startswith("{")), "{}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _unanswered(host: str, reason: str) -> SandboxError:
    what = f"no Docker engine answers at {host}: {reason}"
    if "permission denied" in reason.lower():
        return SandboxError(what, "let your user reach it: `sudo usermod -aG docker $USER`, then log in again")
    if host != DEFAULT_HOST:
        return SandboxError(what, "start that engine, or choose another: DOCKER_HOST or `docker context use` names it")
    if docker_daemon.is_installed():
        return SandboxError(what, "Docker is installed but doesn't run: `sudo systemctl start docker`")
    return SandboxError(what, "install and start Docker: https://docs.docker.com/engine/install/")
