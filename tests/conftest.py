"""What all kinds of tests share: a Docker engine with the base image."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis  # its plugin would import it in the end, where CPython 3.11 can fail to (gh-106905)
import pytest

from sandbox import base_image, docker_engine
from sandbox.docker_engine import DockerEngine
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Progress

# No test fails because the machine is slow.
hypothesis.settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--failed-calls",
        action="append",
        metavar="REGEX",
        help="try these rows of the table of failed calls, `.` for all, instead of the few that don't take long",
    )


@pytest.fixture(scope="session")
def docker() -> Iterator[DockerEngine]:
    """The engine that runs, else one of the test run's own; brought there, and taken away, once for all tests."""
    with tempfile.TemporaryDirectory(prefix="tests-") as home:  # a short path, for the engine's sockets
        layout = Layout(project=PROJECT, home=Path(home), tools=PROJECT / ".sandbox" / "tools")
        engine = docker_engine.ensure(layout, Progress())
        base_image.ensure(engine, layout, Progress())
        yield engine
        base_image.remove(engine, layout)
        docker_engine.stop(layout)
