"""A project folder, a registry, and the local docker plugin attached to an engine."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto.plugin_pb2 import PluginAttach

from sandbox.docker.engine import DockerEngine
from sandbox.offline.plugins.docker import provider
from sandbox.offline.plugins.serve import serve
from tests.components.image.context_edits import write_context
from tests.sandbox.offline.plugins.docker.base_image import shell_tarball
from tests.sandbox.offline.plugins.docker.logs import Logs, listening
from tests.sandbox.offline.plugins.docker.replay import Replay
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.engine import Engine

Client = Callable[..., str]

REPLACED = f"localhost:1/team/base:3@sha256:{'a' * 64}"
"""An image that can't be pulled, and for which the plugin takes another."""


@pytest.fixture(scope="session")
def client(docker: DockerEngine) -> Client:
    """A function that runs the Docker client, and returns its output."""

    def run(*arguments: str, stdin: bytes | None = None) -> str:
        environ = {**os.environ, **docker.environment()}
        done = subprocess.run([docker.client, *arguments], input=stdin, env=environ, capture_output=True, check=True)
        return done.stdout.decode().strip()

    return run


@pytest.fixture(scope="session")
def base_image(client: Client) -> Iterator[str]:
    """Images that are built from it inherit its label, by which they are deleted with it."""
    label = f"lambda-images-test={uuid.uuid4().hex}"
    name = f"lambda-images-test-base:{label[-12:]}"
    client("import", "--change", f"LABEL {label}", "-", name, stdin=shell_tarball())
    yield name
    images = client("images", "--quiet", "--no-trunc", "--filter", f"label={label}").split()
    client("image", "rm", "--force", *dict.fromkeys(images))


@pytest.fixture(scope="session")
def registry(emulator: Emulator, cloud: Any) -> str:
    """The host and port of a registry with the repositories of the recording."""
    cloud("ecr").create_repository(repositoryName="cf-image")
    cloud("ecr").create_repository(repositoryName="cf-immutable", imageTagMutability="IMMUTABLE")
    return "localhost:" + emulator.endpoint.rpartition(":")[2]


@dataclass(frozen=True)
class Plugin:
    engine: Engine
    logs: Logs
    project: Path
    builds: Path


@pytest.fixture(scope="session")
def attached(docker: DockerEngine, base_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugin]:
    folder = tmp_path_factory.mktemp("docker-plugin")
    project, log = folder / "project", folder / "log"
    project.mkdir()

    def replace(images: Iterable[str], note: Callable[[str], None]) -> dict[str, str]:
        return {image: base_image for image in images if image == REPLACED}

    with (
        listening() as (logs, address),
        serve([provider(project, folder / "builds", replace=replace)], os.environ, log) as ports,
        Engine.attached(ports) as engine,
    ):
        engine.stub.Attach(PluginAttach(address=address))
        yield Plugin(engine, logs, project, builds=folder / "builds")
    assert not log.exists(), f"the plugin logged a bug:\n{log.read_text()}"


@pytest.fixture
def plugin(attached: Plugin, base_image: str) -> Plugin:
    """The plugin, with the recording's unchanged context in the project, and without logs."""
    shutil.rmtree(attached.project / "fn", ignore_errors=True)
    write_context(attached.project / "fn", base_image)
    attached.logs.clear()
    return attached


@pytest.fixture(scope="session")
def image_conformance(
    attached: Plugin, registry: str, base_image: str, client: Client, cloud: Any
) -> dict[str, list[str]]:
    """The result of replaying the recording once."""

    def delete_tag() -> None:
        deleted = cloud("ecr").batch_delete_image(repositoryName="cf-image", imageIds=[{"imageTag": "t1"}])
        assert deleted["failures"] == []

    replay = Replay(
        attached.engine,
        attached.logs,
        attached.project,
        registry=registry,
        base_image=base_image,
        docker_version=client("version", "--format", "{{.Server.Version}}"),
        delete_tag=delete_tag,
    )
    return replay.run()
