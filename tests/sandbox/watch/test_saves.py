"""Saves, as editors make them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.watch.saves import Saves, is_an_editors


@pytest.fixture
def saves(tmp_path: Path) -> Iterator[Saves]:
    (tmp_path / "modules").mkdir()
    saves = Saves()
    saves.watch({tmp_path / "modules"}, {tmp_path / "Pulumi.local.yaml"})
    saves.wait()  # it has begun
    yield saves
    saves.stop()


def happens(saves: Saves, seconds: float) -> bool:
    """Whether something is saved within this time."""
    waiting = threading.Thread(target=saves.wait, daemon=True)
    waiting.start()
    waiting.join(seconds)
    return not waiting.is_alive()


def test_a_file_that_is_replaced_by_another_one_is_saved(saves: Saves, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("content")
    (tmp_path / "new").rename(tmp_path / "modules" / "handler.py")
    assert happens(saves, 30)


def test_a_single_file_is_saved_when_it_appears_and_when_it_is_replaced(saves: Saves, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.local.yaml").write_text("config: {}")
    assert happens(saves, 30)
    (tmp_path / "new").write_text("config: {}")
    (tmp_path / "new").rename(tmp_path / "Pulumi.local.yaml")
    assert happens(saves, 30)


def test_what_editors_write_beside_it_is_not_saved(saves: Saves, tmp_path: Path) -> None:
    for name in (".handler.py.swp", ".handler.py.swx", "4913", "handler.py~", ".#handler.py", "#handler.py#"):
        (tmp_path / "modules" / name).write_text("an editor's")
        assert is_an_editors(f"modules/{name}")
    assert not happens(saves, 1)
    assert not is_an_editors("modules/handler.py")
