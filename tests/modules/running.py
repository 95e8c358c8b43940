"""A module's image in a container, invoked through Lambda's runtime interface emulator."""

import json
import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image.build_secrets import Values, build_secrets_of, mount_options
from components.image.content import BuildSpec
from components.settings import StackSettings
from components.settings.declaration import read_declaration
from components.settings.document import Document
from sandbox.deployed.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker import base_image
from sandbox.docker.engine import DockerEngine
from sandbox.process import run, wait_until


@dataclass(frozen=True)
class Running:
    docker: DockerEngine
    container: str
    url: str

    def invoke(self, event: Any) -> Any:
        path = "/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(
            self.url + path, data=json.dumps(event).encode(), timeout=MAX_DURATION_SECONDS
        ) as answer:
            return json.load(answer)

    def execute(self, *command: str) -> str:
        """Run a command in the container, as the user that the function runs as."""
        return self.docker.run("exec", self.container, *command).stdout.strip()


@contextmanager
def serving(docker: DockerEngine, folder: Path) -> Iterator[Running]:
    tag = f"lambda-images-test/{folder.name.strip('_')}:{uuid.uuid4().hex[:8]}"
    _build(docker, folder, tag)
    # Like Lambda: nothing can be written but below /tmp.
    container = docker.run("run", "--detach", "--publish=127.0.0.1::8080", "--read-only", "--tmpfs=/tmp", tag).stdout
    container = container.strip()
    try:
        address = docker.run("port", container, "8080/tcp").stdout.strip()
        wait_until(lambda: _answers(f"http://{address}"), 10, f"the emulator in {tag} answers")
        yield Running(docker, container, f"http://{address}")
    finally:
        docker.run("rm", "--force", "--volumes", container)
        docker.run("image", "rm", tag)


def _build(docker: DockerEngine, folder: Path, tag: str) -> None:
    """Build the image. The test is skipped if a secret that the build may use isn't there, as in a pull request."""
    settings = read_declaration(folder, Document(file="", values={}), StackSettings()).settings
    secrets = build_secrets_of(folder.name, settings, StackSettings())
    try:
        values = secrets.values(os.environ) if secrets else Values({})
    except ComponentError as missing:
        pytest.skip(str(missing))
    spec = BuildSpec(context=".", platform="", secrets=[*settings.build_secrets], ssh=settings.build_ssh)
    given = ["--tag", tag, "--build-arg", f"BASE_IMAGE={base_image.TAG}", *mount_options(spec)]
    environ = values.environ({**os.environ, **docker.environment()})
    run([docker.client, "build", *given, folder], env=environ)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
