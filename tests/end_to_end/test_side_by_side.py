"""Several sandboxes at once, and what is left of one that is gone."""

from pathlib import Path

import psutil
import pytest

from sandbox.emulator.process import Emulator
from sandbox.layout import Layout
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import containers, local_tags, networks, registry

pytestmark = pytest.mark.sandbox


def processes_of(checkout: Checkout) -> list[psutil.Process]:
    """Processes that have the sandbox's folder in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            known = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(checkout.home) in text for text in known):
            found.append(process)
    return found


def files_of(checkout: Checkout) -> set[Path]:
    return {path for path in checkout.root.rglob("*") if checkout.home not in (path, *path.parents)}


def test_down_leaves_nothing_of_one_sandbox_and_all_of_the_other(tiny: Checkout, tmp_path: Path) -> None:
    other = Checkout.at(tmp_path / "a checkout, läid aside")
    other.add("adder", TINY / "adder")
    files = files_of(other)
    other.up().ok()
    host = registry(other)
    assert host != registry(tiny)
    assert other.invoke("adder") == {"sum": 6}
    assert containers(host)
    network = Emulator(Layout.of(other.root, other.environment)).instance
    assert networks(network) == [network]

    other.sandbox("down").ok()
    assert containers(host) == []
    assert networks(network) == []
    assert local_tags(host) == []
    assert [process.cmdline() for process in processes_of(other)] == []
    assert files_of(other) == files

    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


def test_down_is_content_when_nothing_is_up(tmp_path: Path) -> None:
    Checkout.at(tmp_path / "never-up").sandbox("down").ok()
