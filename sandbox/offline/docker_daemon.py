"""Runs the sandbox's own `dockerd`. All of its files except the socket are in the sandbox's folder."""

import json
import os
import shutil
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import Background, last_lines, run, wait_until

SOCKET = Path("/var/run/docker.sock")
"""The default socket of every client, so that `docker ps` shows the sandbox's containers."""
MAX_SOCKET_PATH_BYTES = 107  # bytes of a socket's path: unix(7)
SYSTEM_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""Finds dockerd and iptables even if the user's PATH lacks root's folders."""
CONFIGURATION = Path("/etc/docker/daemon.json")
"""The user's own settings of dockerd, which it doesn't start with if an option has the same ones."""
RANGES_OF_NETWORKS = "base=172.16.0.0/12,size=22"
"""The addresses of 1,024 networks. Docker's default are those of 31, of which it skips the ones that are in use."""


def is_installed() -> bool:
    return shutil.which("dockerd", path=SYSTEM_PATH) is not None


def answers(address: Path) -> bool:
    """Return whether an engine answers at this socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(address))
            client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in client.recv(64)
        except OSError:
            return False


def _has_setting(name: str) -> bool:
    """Return whether the user's own settings of dockerd have this one. If they can't be read, dockerd reports it."""
    try:
        return name in json.loads(CONFIGURATION.read_text())
    except (OSError, TypeError, ValueError):
        return False


@dataclass(frozen=True)
class Daemon:
    layout: Layout

    def is_running(self) -> bool:
        return self._background.process() is not None

    def start(self) -> None:
        """Start dockerd and wait until it answers. It chooses a storage driver that works in its folder."""
        longest = self._runtime / "containerd" / "containerd.sock.ttrpc"
        if len(os.fsencode(longest)) > MAX_SOCKET_PATH_BYTES:
            raise SandboxError(
                f"{self.layout.home} is too long for the sockets in it", "set SANDBOX_HOME to a shorter one"
            )
        self._clean_up()
        log = self.layout.logs / "dockerd.log"
        folders = {"data-root": "data", "exec-root": self._runtime.name, "pidfile": "dockerd.pid"}
        options = [f"--{option}={self.layout.docker / name}" for option, name in folders.items()]
        if not _has_setting("default-address-pools"):
            options.append(f"--default-address-pool={RANGES_OF_NETWORKS}")
        command = ["dockerd", f"--host=unix://{SOCKET}", *options]
        self._background.start(command, env={**os.environ, "PATH": SYSTEM_PATH}, log=log)
        try:
            wait_until(lambda: answers(SOCKET) or not self.is_running(), 60, f"dockerd answers at {SOCKET}")
        except SandboxError:
            self.stop()
            raise
        if not self.is_running():
            tail = last_lines(log.read_text(errors="replace"), 10)
            raise SandboxError(f"dockerd does not start:\n{tail}", f"its whole log is {log}")

    def stop(self) -> bool:
        """Stop dockerd and its containers, and remove what a killed one left. Returns False if it was not running."""
        was_started = self._background.pid_file.exists()
        was_running = self._background.stop(timeout=30)
        self._clean_up()
        if was_started and not answers(SOCKET):
            SOCKET.unlink(missing_ok=True)
        return was_running

    @property
    def _background(self) -> Background:
        return Background(self.layout.docker / "process")

    @property
    def _runtime(self) -> Path:
        return self.layout.docker / "run"

    def _clean_up(self) -> None:
        """End what a killed dockerd left running (containerd and containers), and unmount its file systems."""
        if self.is_running():
            return
        left = [process for process in psutil.process_iter(["cmdline"]) if self._belongs_here(process)]
        family = set(left)
        for process in left:
            with suppress(psutil.NoSuchProcess):  # gone by itself
                family.update(process.children(recursive=True))
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        mounted = [part.mountpoint for part in psutil.disk_partitions(all=True)]
        for mount in sorted((path for path in mounted if path.startswith(f"{self.layout.docker}/")), reverse=True):
            run(["umount", mount])
        shutil.rmtree(self._runtime, ignore_errors=True)
        (self.layout.docker / "dockerd.pid").unlink(missing_ok=True)

    def _belongs_here(self, process: psutil.Process) -> bool:
        """Return whether it is this engine's containerd or a shim: their command lines contain the folder."""
        return any(f"{self._runtime}/" in part for part in process.info["cmdline"] or ())
