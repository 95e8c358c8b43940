"""A module's image in a container, as the sandbox runs it, invoked through Lambda's runtime interface emulator."""

import json
import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker as docker_client
import pytest

from components.errors import ComponentError
from components.image.build_secrets import Values, build_secrets_of
from components.image.docker_client import build_options
from components.image.dockerfile import needed_images
from components.modules import build_spec
from components.settings import StackSettings
from components.settings.declaration import read_declaration
from components.settings.document import Document
from operations.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker import function_container, runtime_emulator
from sandbox.docker.building_client import with_stand_ins
from sandbox.docker.engine import DockerEngine
from sandbox.docker.function_container import Function
from sandbox.docker.stand_ins import STAND_INS, full_name, registry_answers
from sandbox.layout import Layout
from sandbox.process import run


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
    runtime_emulator.ensure(Layout.of(), print)
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
    """Build as the sandbox does. Skips the test if something isn't there that the build needs.

    That is a secret, as in a pull request, or an image that can't be pulled and that the sandbox has no stand-in for.
    """
    settings = read_declaration(folder, Document(file="", values={}), StackSettings()).settings
    spec = build_spec(Path(os.path.relpath(folder)), settings)
    secrets = build_secrets_of(folder.name, settings, StackSettings())
    try:
        values = secrets.values(os.environ) if secrets else Values({})
    except ComponentError as missing:
        pytest.skip(str(missing))
    images = needed_images(Path(spec.dockerfile_path).read_text(), spec.args, spec.target)
    for image in images:
        registry = full_name(image).partition("/")[0]
        there = docker.run("image", "inspect", image, check=False).returncode == 0
        if full_name(image) not in STAND_INS and not there and not registry_answers(registry):
            pytest.skip(f"{registry} doesn't answer, so {image} can't be pulled, and it has no stand-in")
    arguments = with_stand_ins(["build", *build_options(spec), "--tag", tag, spec.context], Layout.of())
    run([docker.client, *arguments], env=values.environ({**os.environ, **docker.environment()}))
