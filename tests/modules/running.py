"""A module's image in a container, as the sandbox runs it, invoked through Lambda's runtime interface emulator."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker as docker_client

from sandbox.deployed.lambda_client import MAX_DURATION_SECONDS
from sandbox.docker import base_image, function_container, runtime_emulator
from sandbox.docker.engine import DockerEngine
from sandbox.docker.function_container import Function
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

    def execute(self, *command: str) -> str:
        """Run a command in the container, as the user that the image names."""
        image = self.docker.run("inspect", "--format={{.Image}}", self.container).stdout.strip()
        user = self.docker.run("image", "inspect", "--format={{.Config.User}}", image).stdout.strip()
        return self.docker.run("exec", f"--user={user or 0}", self.container, *command).stdout.strip()


@contextmanager
def serving(docker: DockerEngine, folder: Path) -> Iterator[Running]:
    name = f"lambda-images-test-{uuid.uuid4().hex[:8]}"
    tag = f"{name}/{folder.name.strip('_')}"
    docker.run("build", "--tag", tag, "--build-arg", f"BASE_IMAGE={base_image.TAG}", folder)
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
