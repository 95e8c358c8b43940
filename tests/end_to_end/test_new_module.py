import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.new_module import with_new_module

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return with_new_module(tmp_path_factory.mktemp("new") / "checkout", "new-orders")


@pytest.fixture(scope="module")
def shipped(docker: DockerEngine, checkout: Checkout) -> Iterator[Checkout]:
    with checkout.shipped():
        yield checkout


def test_the_new_module_is_shipped_and_answers(shipped: Checkout) -> None:
    assert shipped.outputs().keys() == {"new-orders"}
    assert shipped.invoke("new-orders") == {"greeting": "Hello, you!"}


def test_the_new_modules_test_passes(docker: DockerEngine, checkout: Checkout) -> None:
    test = Path("tests", "modules", "test_new_orders.py")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(test)],
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout
