"""A module's image in a container, invoked through Lambda's runtime interface emulator."""

import json
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.image.dockerfile import needed_images, with_images_replaced
from sandbox.deployed.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker.engine import DockerEngine
from sandbox.docker.stand_ins import STAND_INS, Replacements, full_name, registry_answers
from sandbox.layout import Layout
from sandbox.process import wait_until


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

    @property
    def user(self) -> str:
        """The user that the image says."""
        return self.docker.run("container", "inspect", "--format", "{{.Config.User}}", self.container).stdout.strip()

    def execute(self, *command: str) -> str:
        """Run a command in the container, as the user that the function runs as."""
        return self.docker.run("exec", self.container, *command).stdout.strip()


@contextmanager
def serving(docker: DockerEngine, folder: Path) -> Iterator[Running]:
    tag = f"lambda-images-test/{folder.name}:{uuid.uuid4().hex[:8]}"
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
    """Build as the sandbox does. Skips the test if an image can't be pulled and the sandbox has no stand-in for it."""
    text = (folder / "Dockerfile").read_text()
    for image in needed_images(text):
        registry = full_name(image).partition("/")[0]
        there = docker.run("image", "inspect", image, check=False).returncode == 0
        if full_name(image) not in STAND_INS and not there and not registry_answers(registry):
            pytest.skip(f"{registry} doesn't answer, so {image} can't be pulled, and it has no stand-in")
    replacements = Replacements(docker, Layout.of()).of(needed_images(text), print)
    with tempfile.TemporaryDirectory() as written:
        dockerfile = Path(written, "Dockerfile")
        dockerfile.write_text(with_images_replaced(text, replacements))
        docker.run("build", "--tag", tag, "--file", dockerfile, folder)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
