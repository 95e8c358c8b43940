"""Sandboxes of the tests' own: a folder, port and state apart from the one that a user may have up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.baseline import Baseline, shipped
from tests.end_to_end.checkout import Checkout

TINY = Path(__file__).with_name("modules")


@pytest.fixture(scope="session")
def tiny_baseline(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baseline]:
    checkout = Checkout.at(tmp_path_factory.mktemp("tiny") / "checkout")
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
    with shipped(checkout) as baseline:
        yield baseline


@pytest.fixture
def tiny(tiny_baseline: Baseline) -> Checkout:
    """A sandbox that has shipped two small modules, `adder` and `greeter`, as they are in `modules/` beside this."""
    return tiny_baseline.restore()
