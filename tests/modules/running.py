"""A module's image in a container, as the sandbox runs it, invoked through Lambda's runtime interface emulator."""

import json
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker as docker_client
import pytest

from components.image.dockerfile import needed_images, with_images_replaced
from sandbox.deployed.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker import function_container, runtime_emulator
from sandbox.docker.engine import DockerEngine
from sandbox.docker.function_container import Function
from sandbox.docker.stand_ins import STAND_INS, Replacements, full_name, registry_answers
from sandbox.layout import Layout
from sandbox.progress import Progress


@dataclass(frozen=True)
class Running:
    docker: DockerEngine
    container: str
    url: str

    def invoke(self, event: Any) -> Any:
        data = json.dumps(event).encode()
        with urllib.request.urlopen(self.url, data=data, timeout=MAX_DURATION_SECONDS) as answer:
            return json.load(answer)

    @property
    def user(self) -> str:
        """The user that the image says."""
        image = self.docker.run("inspect", "--format={{.Image}}", self.container).stdout.strip()
        return self.docker.run("image", "inspect", "--format={{.Config.User}}", image).stdout.strip()

    def execute(self, *command: str) -> str:
        """Run a command in the container, as the user that the image names."""
        return self.docker.run("exec", f"--user={self.user or 0}", self.container, *command).stdout.strip()


@contextmanager
def serving(docker: DockerEngine, folder: Path) -> Iterator[Running]:
    name = f"lambda-images-test-{uuid.uuid4().hex[:8]}"
    tag = f"{name}/{folder.name}"
    _build(docker, folder, tag)
    with Progress().step("Runtime interface emulator") as step:
        runtime_emulator.ensure(Layout.of(), step)
    function = Function(image=tag, variables={})
    client = docker_client.DockerClient(base_url=docker.host)
    try:
        started = function_container.start(client, function, runtime_emulator.folder(Layout.of()), volume=name)
        try:
            yield Running(docker, str(started.container.id), started.url)
        finally:
            started.container.remove(force=True, v=True)
    finally:
        client.close()
        docker.run("volume", "rm", "--force", name)
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
