"""Sandboxes of the tests' own: a folder, port and state apart from the one that a user may have up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.modules import module_folders
from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout

TINY = Path(__file__).with_name("modules")


@pytest.fixture(scope="module")
def tiny(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox with two small modules, `adder` and `greeter`, both shipped; one for each test file."""
    checkout = Checkout.at(tmp_path_factory.mktemp("tiny") / "checkout")
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
    yield from _shipped(checkout)


@pytest.fixture(scope="module")
def samples(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox with the project's own sample modules, all shipped."""
    checkout = Checkout.at(tmp_path_factory.mktemp("samples") / "checkout")
    for module in module_folders(PROJECT / "modules"):
        checkout.add(module.name, module)
    yield from _shipped(checkout)


def _shipped(checkout: Checkout) -> Iterator[Checkout]:
    try:
        checkout.up().ok()
        yield checkout
    finally:
        checkout.sandbox("down").ok()
