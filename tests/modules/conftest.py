"""The modules' images, built once for a test file and served as the sandbox would run them; and their code itself.

A test file names its module in MODULE. It may have further settings:

    STACK = "dev"                        the stack whose file completes the module's settings, instead of the sandbox's
    SECRETS = {"API_KEY": "of a test"}   values of secrets, instead of placeholders
    AWS = True                           the function and the test reach an AWS emulator; with secrets, they always do
"""

import functools
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import Emulator
from sandbox.layout import PROJECT, Layout
from tests.modules.running import Load, Running, serving


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test of a container needs Docker, which is what the mark says."""
    if "module" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.sandbox)


@pytest.fixture(scope="module")
def module(request: pytest.FixtureRequest, docker: DockerEngine) -> Iterator[Running]:
    """The container of the module."""
    test = request.module
    stack = getattr(test, "STACK", None)
    file = PROJECT / (f"Pulumi.{stack}.yaml" if stack else "sandbox/Pulumi.local.yaml")
    secrets, aws = getattr(test, "SECRETS", {}), getattr(test, "AWS", False)
    start = functools.partial(request.getfixturevalue, "emulator")
    with serving(docker, PROJECT / "modules" / test.MODULE, file, start, secrets=secrets, aws=aws) as running:
        yield running


@pytest.fixture(scope="session")
def emulator(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator of AWS for the tests of modules, without anything in it."""
    home = tmp_path_factory.mktemp("modules") / ".sandbox"
    emulator = Emulator(Layout(project=PROJECT, home=home, tools=PROJECT / ".sandbox" / "tools"))
    emulator.start(docker.environment(), docker.bridge_address())
    try:
        yield emulator
    finally:
        emulator.stop()


@pytest.fixture
def load(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a file of the module, without its container. The test is skipped if a package isn't installed here.

    Another module may have files of the same names, so what was imported from this one is forgotten at the end.
    """
    folder = PROJECT / "modules" / request.module.MODULE

    def load(name: str) -> ModuleType:
        monkeypatch.syspath_prepend(folder)
        spec = importlib.util.spec_from_file_location(Path(name).stem, folder / name)
        assert spec is not None and spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(loaded)
        except ModuleNotFoundError as missing:
            pytest.skip(f"{missing.name} is not installed here, only in the image")
        return loaded

    yield load
    for name, imported in list(sys.modules.items()):
        if Path(getattr(imported, "__file__", None) or "/").is_relative_to(folder):
            del sys.modules[name]
