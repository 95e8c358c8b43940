import pytest

from sandbox.emulator import ministack as emulation
from sandbox.layout import PROJECT


def test_the_changes_fit_the_version_that_is_pinned() -> None:
    assert f"ministack[full]=={emulation.MINISTACK}" in (PROJECT / "requirements-dev.in").read_text().splitlines()


def test_another_version_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulation, "MINISTACK", "0.0.1")
    with pytest.raises(
        RuntimeError, match=r"MiniStack [0-9.]+ is installed, but sandbox/emulator/ministack/ fits 0\.0\.1: install"
    ):
        emulation.change_ministack()
