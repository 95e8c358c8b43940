"""An emulator for the whole test run, and the local AWS plugin attached to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.offline.plugins import aws
from sandbox.offline.plugins.aws.session import Aws, configure
from sandbox.offline.plugins.serve import serve
from tests.sandbox.offline.plugins import emulator as emulators
from tests.sandbox.offline.plugins.conformance import run
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.engine import Engine


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulators.running(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def engine(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine to which the local AWS plugin is attached."""
    log: Path = tmp_path_factory.mktemp("plugin") / "log"
    with serve([aws.provider()], emulator.environ, log) as attached, Engine.attached(attached) as engine:
        yield engine
    assert not log.exists(), f"the plugin logged a bug:\n{log.read_text()}"


@pytest.fixture(scope="session")
def cloud(emulator: Emulator) -> Any:
    """A function that returns AWS clients, with which tests access the emulator directly."""
    session: Aws = configure({}, emulator.environ)
    return session.client


@pytest.fixture(scope="session")
def conformance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[run.Results]:
    """The results of replaying each recording once, on a separate emulator."""
    with (
        emulators.running(tmp_path_factory.mktemp("conformance")) as emulator,
        run.replays(emulator) as replays,
    ):
        yield replays
