"""A Docker client that can build with BuildKit, found by asking each candidate."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.process import run

USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"


def find_client(environ: Mapping[str, str] = os.environ) -> Path:
    """The first `docker` that builds with BuildKit: those on PATH in their order, then those in the usual folders.

    A client from version 23 on does so only with the buildx plugin, an older one by itself. Asking for the help
    of `docker build` tells, needs no engine and takes 40 ms. Raises SandboxError if there is none.
    """
    found = list(_candidates(environ))
    for client in found:
        if builds_with_buildkit(client, environ):
            return client
    if found:
        names = ", ".join(str(client) for client in found)
        raise SandboxError(f"no Docker client can build with BuildKit: {names}", "install the plugin docker-buildx")
    raise SandboxError("no `docker` command was found", "install Docker: https://docs.docker.com/engine/install/")


def builds_with_buildkit(client: Path, environ: Mapping[str, str] = os.environ) -> bool:
    return run([client, "build", "--help"], env={**environ, "DOCKER_BUILDKIT": "1"}, check=False).returncode == 0


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    folders = f"{environ.get('PATH', '')}{os.pathsep}{USUAL_PATH}".split(os.pathsep)
    seen: set[Path] = set()
    for folder in folders:
        client = shutil.which("docker", path=folder) if folder else None
        if client is not None and (real := Path(client).resolve()) not in seen:
            seen.add(real)
            yield Path(client)
