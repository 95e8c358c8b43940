"""A Docker client, aimed at an engine that answers."""

import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.printable import printable_lines
from sandbox.docker.client import find_client
from sandbox.errors import SandboxError
from sandbox.offline.plugins.errors import Checked, Failure, Refused
from sandbox.offline.plugins.values import Values
from sandbox.process import run

_ENGINE_KEYS = {"version", "pluginDownloadURL"}
_DEFAULT_HOST = "unix:///var/run/docker.sock"
_ANSWER_TIMEOUT_SECONDS = 20


class ClientFailed(Exception):
    """The client ended with the error in its output."""


@dataclass(frozen=True, kw_only=True)
class Docker:
    """A configured provider."""

    client: Path
    environ: Mapping[str, str]
    """Of the client: DOCKER_HOST names the engine."""
    platform: str
    """The engine's own, such as `linux/amd64`."""
    project: Path
    """The program's folder."""
    logs: Path
    """Where what builds print is kept, of each image the last one: `<resource name>.log`."""

    def stream(self, *arguments: str | Path, cancelled: threading.Event, environ: Mapping[str, str]) -> Iterator[str]:
        """The lines that the client prints, as they come; `environ` is put on top of the session's.

        Raises ClientFailed at the end, or Refused when the user interrupts.
        """
        with subprocess.Popen(
            [str(self.client), *map(str, arguments)],
            env={**self.environ, **environ},
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            threading.Thread(target=_end_when_cancelled, args=(process, cancelled), daemon=True).start()
            yield from (printable_lines(line.rstrip()) for line in process.stdout or ())
        if cancelled.is_set():
            raise Refused(f"interrupted: docker {arguments[0]}")
        if process.returncode != 0:
            raise ClientFailed


def check_config(config: Values, environ: Mapping[str, str]) -> Checked:
    """Only the engine's address can be set."""
    unknown = [name for name in config if name != "host" and name not in _ENGINE_KEYS]
    inputs = {name: value for name, value in config.items() if name not in unknown}
    return Checked(inputs, [Failure(_no_key(name)) for name in unknown])


def configure(
    config: Values, environ: Mapping[str, str], project: Path, logs: Path, client: Path | None = None
) -> Docker:
    """The engine is the provider's `host`, else DOCKER_HOST, else the usual socket."""
    host = config.get("host") or environ.get("DOCKER_HOST") or _DEFAULT_HOST
    if "://" not in host:
        raise _refused(f"unable to parse docker host `{host}`")
    reached = {**environ, "DOCKER_HOST": host}
    try:
        client = client or find_client(environ)
        version: list[str | Path] = [client, "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]
        answer = run(version, env=reached, timeout=_ANSWER_TIMEOUT_SECONDS, check=False)
    except SandboxError as unusable:
        raise _refused(f"failed to connect to any docker daemon: {unusable}") from unusable
    if answer.returncode != 0:
        reason = answer.stdout.strip().rpartition("\n")[2]
        raise _refused(f"failed to connect to any docker daemon: {host}: {reason}")
    return Docker(client=client, environ=reached, platform=answer.stdout.strip(), project=project, logs=logs)


def _end_when_cancelled(process: "subprocess.Popen[str]", cancelled: threading.Event) -> None:
    while process.poll() is None:
        if cancelled.wait(0.2):
            process.terminate()
            return


def _refused(reason: str) -> Refused:
    return Refused(f"docker native provider returned an unexpected error from Configure: {reason}")


def _no_key(name: str) -> str:
    return (
        f"`docker:{name}` is not a valid configuration key for the docker provider that the local plugin knows; "
        "it knows `docker:host` only"
    )
