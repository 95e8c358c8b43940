"""One emulator for all tests of what the sandbox changes about MiniStack."""

from collections.abc import Iterator

import pytest

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("emulation") / "home") as started:
        yield started
