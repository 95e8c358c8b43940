"""Starts, finds and stops the process of the AWS emulator."""

import hashlib
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.docker import runtime_emulator
from sandbox.emulator import root_keys
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import Background, last_lines, wait_until

if TYPE_CHECKING:  # it loads slowly, and commands about other stacks don't need it
    from sandbox.docker.engine import DockerEngine

FIRST_PORT = 4566
"""The first port that is tried, unless `SANDBOX_PORT` names another."""
PORTS = 100
REGION = "us-east-1"
ACCOUNT = "000000000000"
"""The account of everything in the sandbox."""
SERVICES = (
    "apigateway",
    "dynamodb",
    "dynamodbstreams",
    "ecr",
    "events",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
)
"""The AWS services that the program, its pipeline and its functions use, and tables. `SANDBOX_SERVICES` adds others."""
NO_PROFILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""Makes AWS clients read their settings from the environment alone."""
USER_VARIABLE_PREFIXES = ("AWS_", "PULUMI_")
"""The prefixes of variables of the user's shell that are removed from everything in the sandbox."""


@dataclass(frozen=True)
class Emulator:
    layout: Layout

    @property
    def port(self) -> int:
        """The port that it uses, or used last."""
        remembered = self._port_file
        return int(remembered.read_text()) if remembered.exists() else first_port()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> dict[str, str]:
        """The root user's keys, as AWS clients read them from the environment. A function runs as its own role."""
        self.layout.make_home()
        return root_keys.ensure(self._root_keys)

    @property
    def generation(self) -> str:
        """Identifies the state that it serves. A new value means that something may have been lost.

        Empty if the emulator doesn't answer, or if another sandbox's emulator answers: its generation is not the one
        in this sandbox's folder. On a busy machine an answer may take seconds.
        """
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_sandbox/generation", timeout=30) as answered:
                given: str = answered.read().decode()
                return given if given == (self.layout.emulator / "generation").read_text() else ""
        except OSError:
            return ""

    @property
    def instance(self) -> str:
        """The beginning of the label `ministack.instance` of its functions' containers."""
        return f"sandbox-{hashlib.sha256(str(self.layout.home).encode()).hexdigest()[:12]}"

    def containers(self, docker: "DockerEngine") -> list[str]:
        """Return the ids of its functions' containers."""
        listed = docker.run("ps", "--all", "--format", '{{.ID}} {{.Label "ministack.instance"}}').stdout.splitlines()
        return [line.split()[0] for line in listed if f" {self.instance}:" in line]

    def is_running(self) -> bool:
        return self._background.process() is not None and bool(self.generation)

    def start(self, docker: Mapping[str, str], bridge: str | None) -> None:
        """Start the emulator unless it runs.

        `docker` has the variables that name the Docker engine. Functions reach the emulator at the address `bridge`.
        """
        hosts = ["127.0.0.1", bridge] if bridge else ["127.0.0.1"]
        process = self._background.process()
        if process is not None and process.cmdline() == self._command(hosts) and self._has_keys() and self.generation:
            return
        self.stop()
        for port in self._free_ports(hosts):
            self.layout.make_home()
            self._port_file.write_text(f"{port}\n")
            environ = self._environment(docker)
            self._background.start(self._command(hosts), env=environ, log=self.log, cwd=self.layout.project)
            wait_until(self._answers_or_is_gone, 60, f"the emulator answers on port {port} (its log: {self.log})")
            if self._background.process() is not None:
                return
            if all(_is_free(host, port) for host in hosts):  # the port wasn't the problem, so another one won't help
                tail = last_lines(self.log.read_text(errors="replace"), 10)
                raise SandboxError(f"the AWS emulator does not start:\n{tail}", f"its whole log is {self.log}")
        what = f"no port from {first_port()} to {first_port() + PORTS - 1} is free on {' and '.join(hosts)}"
        raise SandboxError(f"{what} for the AWS emulator", "end what listens there: `ss -ltnp` shows it")

    def stop(self) -> bool:
        """Stop the emulator. It saves its state and removes its containers. Returns False if it was not running."""
        return self._background.stop(timeout=60)

    def forget_port(self) -> int | None:
        """Release the port of a stopped emulator, and return it unless another process has taken it since.

        Images that Docker has under the name of a returned port belong to nobody else.
        """
        port = self.port if self._port_file.exists() else None
        self._port_file.unlink(missing_ok=True)
        return port if port is not None and _is_free("127.0.0.1", port) else None

    @property
    def log(self) -> Path:
        return self.layout.logs / "emulator.log"

    @property
    def _root_keys(self) -> Path:
        return self.layout.home / "root-keys.json"

    @property
    def _port_file(self) -> Path:
        return self.layout.home / "emulator.port"

    @property
    def _background(self) -> Background:
        return Background(self.layout.home / "emulator.pid")

    def _has_keys(self) -> bool:
        """Return whether the file with the root user's keys exists. Without it, nobody could use the emulator."""
        return self._root_keys.exists()

    def _answers_or_is_gone(self) -> bool:
        return bool(self.generation) or self._background.process() is None

    def _command(self, hosts: list[str]) -> list[str]:
        files = [str(file) for file in (self.layout.emulator, self.log, self._root_keys)]
        addresses = [f"{host}:{self.port}" for host in hosts]
        return [sys.executable, "-m", "sandbox.emulator.main", *files, *addresses]

    def _free_ports(self, hosts: list[str]) -> Iterator[int]:
        """Yield the free ports, beginning with the one used last, because image URIs contain it."""
        for port in dict.fromkeys([self.port, *range(first_port(), first_port() + PORTS)]):
            if all(_is_free(host, port) for host in hosts):
                yield port

    def _environment(self, docker: Mapping[str, str]) -> dict[str, str]:
        temporary = self.layout.home / "tmp"
        for folder in (temporary, self.layout.emulator):
            folder.mkdir(parents=True, exist_ok=True)
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(USER_VARIABLE_PREFIXES)},
            **docker,
            "AUTH": "true",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "docker",
            "LAMBDA_STRICT": "1",
            "MINISTACK_DOCKER_TIMEOUT": "120",
            "MINISTACK_HOSTNAME": self.instance,
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(self.layout.emulator / "s3"),
            "S3_PERSIST": "1",
            "SANDBOX_NETWORK": self.instance,
            "SANDBOX_RUNTIME_EMULATOR": str(runtime_emulator.folder(self.layout)),
            "SERVICES": ",".join([*SERVICES, os.environ.get("SANDBOX_SERVICES", "")]),
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self.layout.emulator / "services"),
            "TMPDIR": str(temporary),
        }


def first_port(environ: Mapping[str, str] = os.environ) -> int:
    """Return the first port to try, from `SANDBOX_PORT`. Raises SandboxError if 99 more ports can't follow it."""
    given, last = environ.get("SANDBOX_PORT") or str(FIRST_PORT), 65536 - PORTS
    if not given.isdecimal() or not 1 <= int(given) <= last:
        raise SandboxError(f"SANDBOX_PORT is {given!r}, which is not a port number", f"give one from 1 to {last}")
    return int(given)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
