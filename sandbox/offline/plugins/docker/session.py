"""The session of a configured provider: a Docker client, and the engine that it connects to."""

import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.printable import printable_lines
from sandbox.docker.client import find_client
from sandbox.errors import SandboxError
from sandbox.offline.plugins.errors import CheckFailure, CheckResult, Refused
from sandbox.offline.plugins.values import Values
from sandbox.process import run

_ENGINE_KEYS = {"version", "pluginDownloadURL"}
_DEFAULT_HOST = "unix:///var/run/docker.sock"
_RESPONSE_TIMEOUT_SECONDS = 20


Replace = Callable[[Iterable[str], Callable[[str], None]], Mapping[str, str]]
"""Takes names of images and a function that shows what is done; returns the images to take instead, by name."""


def nothing_replaced(images: Iterable[str], note: Callable[[str], None]) -> Mapping[str, str]:
    return {}


class ClientFailed(Exception):
    """The client failed. Its output contains the error."""


@dataclass(frozen=True, kw_only=True)
class Docker:
    """A configured provider."""

    client: Path
    environ: Mapping[str, str]
    """The environment of the client, in which DOCKER_HOST is the engine's address."""
    platform: str
    """The engine's platform, such as `linux/amd64`."""
    project: Path
    """The program's folder."""
    logs: Path
    """The folder for the output of each image's last build, `<resource name>.log`."""
    replace: Replace = nothing_replaced

    def stream(self, *arguments: str | Path, cancelled: threading.Event, environ: Mapping[str, str]) -> Iterator[str]:
        """Yields the lines of the client's output while it runs. `environ` extends the session's environment.

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


def check_config(config: Values, environ: Mapping[str, str]) -> CheckResult:
    """Only the engine's address can be configured."""
    unknown = [name for name in config if name != "host" and name not in _ENGINE_KEYS]
    inputs = {name: value for name, value in config.items() if name not in unknown}
    return CheckResult(inputs, [CheckFailure(_no_key(name)) for name in unknown])


def configure(
    config: Values, environ: Mapping[str, str], project: Path, logs: Path, client: Path | None, replace: Replace
) -> Docker:
    """The engine's address is the provider's `host`, or DOCKER_HOST, or Docker's default socket."""
    host = config.get("host") or environ.get("DOCKER_HOST") or _DEFAULT_HOST
    if "://" not in host:
        raise _refused(f"unable to parse docker host `{host}`")
    client_environ = {**environ, "DOCKER_HOST": host}
    try:
        client = client or find_client(environ)
        version: list[str | Path] = [client, "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]
        answer = run(version, env=client_environ, timeout=_RESPONSE_TIMEOUT_SECONDS, check=False)
    except SandboxError as unusable:
        raise _refused(f"failed to connect to any docker daemon: {unusable}") from unusable
    if answer.returncode != 0:
        reason = answer.stdout.strip().rpartition("\n")[2]
        raise _refused(f"failed to connect to any docker daemon: {host}: {reason}")
    return Docker(
        client=client,
        environ=client_environ,
        platform=answer.stdout.strip(),
        project=project,
        logs=logs,
        replace=replace,
    )


def _end_when_cancelled(process: "subprocess.Popen[str]", cancelled: threading.Event) -> None:
    while process.poll() is None:
        if cancelled.wait(0.2):
            process.terminate()
            return


def _refused(reason: str) -> Refused:
    return Refused(f"docker native provider returned an unexpected error from Configure: {reason}")


def _no_key(name: str) -> str:
    return (
        f"`docker:{name}` is not a valid configuration key for the docker provider that the local plugin implements, "
        "which only has `docker:host`"
    )
