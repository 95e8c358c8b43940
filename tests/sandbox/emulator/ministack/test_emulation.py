import pytest

from sandbox.emulator.ministack import MINISTACK, change_ministack
from sandbox.layout import PROJECT


def test_the_changes_fit_the_version_that_is_pinned() -> None:
    assert f"ministack[full]=={MINISTACK}" in (PROJECT / "requirements-dev.in").read_text().splitlines()


def test_another_version_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.emulator.ministack.MINISTACK", "0.0.1")
    with pytest.raises(
        RuntimeError, match=r"MiniStack [0-9.]+ is installed, but sandbox/emulator/ministack/ fits 0\.0\.1: install"
    ):
        change_ministack()
