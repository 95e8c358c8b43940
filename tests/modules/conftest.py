"""The sample modules' images, built once for the test run and served by the emulator that is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.layout import PROJECT
from tests.modules.running import Running, serving


@pytest.fixture(scope="module")
def module(request: pytest.FixtureRequest, docker: DockerEngine) -> Iterator[Running]:
    """The module that the test file names in MODULE."""
    folder: Path = PROJECT / "modules" / request.module.MODULE
    with serving(docker, folder) as running:
        yield running
