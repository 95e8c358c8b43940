from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import tools
from sandbox.layout import Layout
from sandbox.progress import Progress


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run."""
    commands: list[list[str]] = []

    def run(argv: list[Any], **_: Any) -> None:
        commands.append([str(part) for part in argv])
        if "venv" in argv:
            Path(argv[-1]).mkdir(parents=True)

    monkeypatch.setattr(tools, "run", run)
    return commands


def install(home: Path) -> Path:
    layout = Layout(project=home, home=home, tools=home / "tools")
    return tools.installed("awscli", layout, Progress(Console(quiet=True)))


def test_a_tool_is_installed_once(ran: list[list[str]], tmp_path: Path) -> None:
    assert install(tmp_path) == install(tmp_path)
    assert [command[1:3] for command in ran] == [["-m", "venv"], ["install", "--quiet"]]


def test_a_tool_is_installed_again_where_its_folder_was_moved_to(ran: list[list[str]], tmp_path: Path) -> None:
    install(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    folder = install(tmp_path / "after")
    assert folder.is_relative_to(tmp_path / "after")
    assert len(ran) == 4
