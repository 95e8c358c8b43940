"""A module's image in a container, as the sandbox runs it, invoked through Lambda's runtime interface emulator."""

import json
import os
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import docker as docker_client
import pytest

from components.errors import ComponentError
from components.image.build_secrets import Values, build_secrets_of
from components.image.docker_client import build_options
from components.image.dockerfile import needed_images
from components.modules import build_spec
from components.settings import ModuleSettings, StackSettings
from operations.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker import function_container, runtime_emulator
from sandbox.docker.building_client import with_stand_ins
from sandbox.docker.configured_function import function_of
from sandbox.docker.engine import DockerEngine
from sandbox.docker.stand_ins import STAND_INS, full_name, registry_answers
from sandbox.emulator.process import REGION, Emulator
from sandbox.layout import Layout
from sandbox.process import run
from tests.modules.configured import client_of, configured, settings_of, store_secrets

Load = Callable[[str], ModuleType]
"""Imports a file of a module, such as `handler.py`."""


@dataclass(frozen=True)
class Running:
    docker: DockerEngine
    container: str
    url: str
    settings: ModuleSettings
    emulator: Emulator | None = None
    """The AWS emulator that the function reaches, if the test asked for one or the module has secrets."""

    def invoke(self, event: Any) -> Any:
        """Send an event, such as one of `tests.modules.events`, and return the answer."""
        data = json.dumps(event).encode()
        with urllib.request.urlopen(self.url, data=data, timeout=MAX_DURATION_SECONDS) as answer:
            return json.load(answer)

    def aws(self, service: str) -> Any:
        """A boto3 client of the emulator that the function reaches."""
        assert self.emulator is not None, "write AWS = True into the test file"
        return client_of(self.emulator, service)

    @property
    def user(self) -> str:
        """The user that the image says."""
        image = self.docker.run("inspect", "--format={{.Image}}", self.container).stdout.strip()
        return self.docker.run("image", "inspect", "--format={{.Config.User}}", image).stdout.strip()

    def execute(self, *command: str) -> str:
        """Run a command in the container, as the user that the image names."""
        return self.docker.run("exec", f"--user={self.user or 0}", self.container, *command).stdout.strip()


@contextmanager
def serving(
    docker: DockerEngine,
    folder: Path,
    stack_file: Path,
    emulator: Callable[[], Emulator],
    *,
    secrets: Mapping[str, str],
    aws: bool,
) -> Iterator[Running]:
    """Build a module's image, and run it with the module's settings.

    `secrets` are the values for the test, `emulator` starts one, which happens with `aws` or if there are secrets.
    """
    settings = settings_of(folder, stack_file)
    builder = folder.with_name(settings.image.module or folder.name)
    name = f"lambda-images-test-{uuid.uuid4().hex[:8]}"
    tag = f"{name}/{folder.name}"
    _build(docker, builder, settings_of(builder, stack_file), tag)
    runtime_emulator.ensure(Layout.of(), print)
    reached = emulator() if aws or settings.secrets else None
    stored = store_secrets(reached, folder.name, settings, secrets) if reached else {}
    configuration = {**configured(folder.name, settings, stored), "ImageUri": tag}
    port, credentials = (reached.port, reached.credentials) if reached else (None, {})
    client = docker_client.DockerClient(base_url=docker.host)
    try:
        started = function_container.start(
            client,
            function_of(configuration, REGION, port, credentials),
            runtime_emulator.folder(Layout.of()),
            volume=name,
            **(function_container.on_network(client, name) if reached else {}),
        )
        try:
            yield Running(docker, str(started.container.id), started.url, settings, reached)
        finally:
            started.container.remove(force=True, v=True)
    finally:
        client.close()
        docker.run("network", "rm", name, check=False)
        docker.run("volume", "rm", "--force", name)
        docker.run("image", "rm", tag)


def _build(docker: DockerEngine, folder: Path, settings: ModuleSettings, tag: str) -> None:
    """Build as the sandbox does. Skips the test if something isn't there that the build needs.

    That is a secret, as in a pull request, or an image that can't be pulled and that the sandbox has no stand-in for.
    """
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
