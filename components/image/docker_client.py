"""Runs the Docker client, for builds that `docker.Image` can't do."""

import base64
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from components.files.json_document import parse
from components.image.build_secrets import mount_options
from components.image.content import BuildSpec

INLINE_CACHE = "BUILDKIT_INLINE_CACHE"
"""The build argument that makes BuildKit write into an image what later builds need to take its layers."""
Say = Callable[[str], None]
"""Takes a line of the client's output."""
_OF_BUILDS = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
"""Clients before version 23 build with BuildKit only if told. With attestations, buildx would make the image an index,
which Lambda refuses."""


def build_options(spec: BuildSpec) -> list[str]:
    """The options of `docker build` and `docker buildx build` for an image, with the full output of each step."""
    options = {"file": spec.dockerfile_path, "platform": spec.platform, "target": spec.target}
    given = [f"--{name}={value}" for name, value in options.items() if value]
    arguments = [f"--build-arg={name}={value}" for name, value in spec.args.items()]
    return ["--progress=plain", *given, *arguments, *mount_options(spec)]


def cache_options(cached: str | None) -> list[str]:
    """The options of `docker build` to take the layers of an image, and to offer the new one's. None for neither.

    https://docs.docker.com/build/cache/backends/inline/
    """
    if cached is None:
        return []
    return [f"--build-arg={INLINE_CACHE}=1", *([f"--cache-from={cached}"] if cached else [])]


def build_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a `docker build` whose image is pushed from the engine's own store."""
    return {**{name: value for name, value in environ.items() if name != "BUILDX_BUILDER"}, **_OF_BUILDS}


@contextmanager
def logged_in(host: str, username: str, password: str, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield an environment in which the client is logged in to a registry and uses the same engine.

    The user's own logins are neither used nor changed. The login is in a folder that only this user can read, and that
    is deleted at the end.
    """
    own = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    with tempfile.TemporaryDirectory() as folder:
        login = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        config: dict[str, Any] = {"auths": {host: {"auth": login}}}
        if context := _context(own / "config.json"):
            config["currentContext"] = context
        if (own / "contexts").is_dir():
            Path(folder, "contexts").symlink_to((own / "contexts").resolve())
        Path(folder, "config.json").write_text(json.dumps(config))
        yield {**environ, "DOCKER_CONFIG": folder}


def _context(config: Path) -> str:
    """The name of the engine that the user has chosen with `docker context use`."""
    with suppress(OSError, ValueError, AttributeError):
        return str(parse(config.read_bytes()).get("currentContext") or "")
    return ""


class Client:
    """One run of the client after another. `stop` ends them from another thread."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[str] | None = None
        self._stopped = False

    def run(self, command: Sequence[str], environ: Mapping[str, str], say: Say, given: str = "") -> int:
        """Run a command with a text as its input, and return its exit code. Raises OSError if it can't be run."""
        if self._stopped:
            return 1
        with subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as self._running:
            if self._running.stdin:
                with suppress(BrokenPipeError), self._running.stdin as stdin:
                    stdin.write(given)
            for line in self._running.stdout or ():
                say(line)
        return self._running.returncode

    def stop(self) -> None:
        self._stopped = True
        if self._running is not None:
            self._running.terminate()
