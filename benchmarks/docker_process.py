"""Finds the process that serves Docker's socket."""

import socket
import struct

import psutil

from sandbox.docker.engine import DockerEngine
from sandbox.errors import SandboxError


def daemon_of(docker: DockerEngine) -> psutil.Process:
    """Return the process that listens on Docker's socket. Raises SandboxError if it isn't a dockerd of this machine."""
    what = f"no dockerd of this machine serves {docker.host}, so its registries can't be configured"
    if not docker.host.startswith("unix://"):
        raise SandboxError(what)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(docker.host.removeprefix("unix://"))
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    daemon = psutil.Process(struct.unpack("3i", peer)[0])
    if daemon.name() != "dockerd":
        raise SandboxError(f"{what}: its socket is {daemon.name()}'s")
    return daemon
