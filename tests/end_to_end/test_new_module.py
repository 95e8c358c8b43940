"""Modules of every runtime that can be built without a container registry, as `make new` makes them."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.new_module import with_new_modules

pytestmark = pytest.mark.sandbox

RUNTIMES = ("python", "node", "go", "custom")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    runtimes = {f"new-{runtime}": runtime for runtime in RUNTIMES}
    return with_new_modules(tmp_path_factory.mktemp("new") / "checkout", runtimes)


@pytest.fixture(scope="module")
def shipped(docker: DockerEngine, checkout: Checkout) -> Iterator[Checkout]:
    with checkout.shipped():
        yield checkout


def test_the_new_modules_are_shipped_and_answer(shipped: Checkout) -> None:
    assert shipped.outputs().keys() == {f"new-{runtime}" for runtime in RUNTIMES}
    for module in shipped.outputs():
        assert shipped.invoke(module) == {"greeting": "Hello, you!"}, module


def test_the_new_modules_tests_pass(docker: DockerEngine, shipped: Checkout) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *(f"tests/modules/test_new_{runtime}.py" for runtime in RUNTIMES)],
        cwd=shipped.root,
        env=shipped.environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    unit_tests = 2  # of "python" and "custom", which are written in Python
    assert f"{3 * len(RUNTIMES) + unit_tests} passed" in ran.stdout
