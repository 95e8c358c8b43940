"""What all kinds of tests share: a Docker engine with the base image."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import hypothesis  # its plugin would import it in the end, where CPython 3.11 can fail to (gh-106905)
import pytest
from filelock import FileLock

from sandbox.docker import base_image, stand_ins
from sandbox.docker.engine import DockerEngine, connect_docker, ensure_docker, stop_docker
from sandbox.emulator.process import FIRST_PORT, PORTS
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.offline.docker_daemon import Daemon
from sandbox.progress import Progress

# No test fails because the machine is slow.
hypothesis.settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any-machine")


DOCKER_HOME = "TESTS_DOCKER_HOME"
"""An environment variable: the folder of a Docker engine that the tests start, if none runs. Workers inherit it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--failed-calls",
        action="append",
        metavar="REGEX",
        help="try these rows of the table of failed calls, `.` for all, instead of the few that don't take long",
    )
    parser.addoption("--thorough", action="store_true", help="run the tests with the mark `thorough`, too")


def pytest_configure(config: pytest.Config) -> None:
    """A worker's sandboxes have ports of their own, so that none takes the port of one that another has stopped."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        os.environ[DOCKER_HOME] = tempfile.mkdtemp(prefix="tests-")  # a short path, for the engine's sockets
    else:
        os.environ["SANDBOX_PORT"] = str(FIRST_PORT + PORTS * int(worker.removeprefix("gw")))


def pytest_unconfigure(config: pytest.Config) -> None:
    """What the fixture `docker` brought there goes when the last worker is done."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        layout = _docker_layout()
        if _lock(layout).exists():
            with suppress(SandboxError):  # no engine answers
                stand_ins.remove(connect_docker(), layout)
                stop_docker(layout)
        if not Daemon(layout).is_running():  # it is left running if it has containers that are not the tests'
            shutil.rmtree(layout.home)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with the tests that take long, so that none is left with one at the end."""
    if not config.getoption("--thorough"):
        items[:] = [item for item in items if item.get_closest_marker("thorough") is None]
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("sandbox") is None and item.path.parent.name != "workflows")


@pytest.fixture(scope="session")
def docker() -> DockerEngine:
    """The engine that runs, else one of the test run's own; brought there, and taken away, once for all tests."""
    layout = _docker_layout()
    with FileLock(_lock(layout)):
        engine = ensure_docker(layout, Progress())
        base_image.ensure(engine, layout, Progress())
    return engine


def _docker_layout() -> Layout:
    return Layout(project=PROJECT, home=Path(os.environ[DOCKER_HOME]), tools=PROJECT / ".sandbox" / "tools")


def _lock(layout: Layout) -> Path:
    """It is there once the fixture `docker` was used."""
    return layout.home / ".lock"
