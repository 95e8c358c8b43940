"""The options of a container whose Python waits for a debugger."""

import importlib.util
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker

from sandbox.docker.debugger import FOLDER, LONGEST_SECONDS, PORT
from sandbox.docker.function_container import fill, image_of

_SITECUSTOMIZE = Path(__file__).with_name("sitecustomize.py")


def has_python(client: docker.DockerClient, image: str) -> bool:
    """Return whether an image has a `python3` on its PATH."""
    variables = _variables(image_of(client, image).attrs)
    container = client.containers.create(image, command=["never run"])
    try:
        return any(_has(container, f"{folder}/python3") for folder in variables.get("PATH", "").split(":") if folder)
    finally:
        container.remove(force=True, v=True)


def debugger_options(
    client: docker.DockerClient, image: str, given: Mapping[str, str], volume: str, port: int
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the variables and the options of the Docker client with which a container waits for a debugger.

    Copies the debugger into the volume. `given` are the variables of the function's settings, and `port` is the one on
    this machine's loopback address at which clients attach.
    """
    fill(client, volume, FOLDER, _archive, image)
    before = given.get("PYTHONPATH") or _variables(image_of(client, image).attrs).get("PYTHONPATH")
    variables = {
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(LONGEST_SECONDS),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": f"{FOLDER}:{before}" if before else FOLDER,
        "SANDBOX_DEBUG_PORT": str(PORT),
    }
    return variables, {
        "ports": {f"{PORT}/tcp": ("127.0.0.1", port)},
        "volumes": {volume: {"bind": FOLDER, "mode": "ro"}},
    }


def _variables(image: Mapping[str, Any]) -> dict[str, str]:
    lines = image["Config"].get("Env") or ()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _has(container: Any, path: str) -> bool:
    try:
        stream, _ = container.get_archive(path)
    except docker.errors.NotFound:
        return False
    stream.close()
    return True


def _archive() -> bytes:
    """Return debugpy without what is compiled for the Python of this machine. It does without."""
    spec = importlib.util.find_spec("debugpy")
    assert spec is not None and spec.origin is not None
    package, archive = Path(spec.origin).parent, io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(_SITECUSTOMIZE, _SITECUSTOMIZE.name, filter=_readable)
        for file in sorted(package.rglob("*.py")):
            tar.add(file, str(file.relative_to(package.parent)), filter=_readable)
    return archive.getvalue()


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.mode = 0o755 if member.isdir() else 0o644
    return member
