"""The sample modules' images, built once for the test run and served by the emulator that is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import base_image, docker_engine
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Progress
from tests.modules.running import Running, serving


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> docker_engine.DockerEngine:
    home = tmp_path_factory.mktemp("sandbox")
    layout = Layout(project=PROJECT, home=home, tools=home / "tools")
    engine = docker_engine.connect(layout)
    base_image.ensure(engine, layout, Progress())
    return engine


@pytest.fixture(scope="module")
def module(request: pytest.FixtureRequest, docker: docker_engine.DockerEngine) -> Iterator[Running]:
    """The module that the test file names in MODULE."""
    folder: Path = PROJECT / "modules" / request.module.MODULE
    with serving(docker, folder) as running:
        yield running
