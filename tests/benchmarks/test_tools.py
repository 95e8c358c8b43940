import hashlib
import zipfile
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


def wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Makes an empty package; returns its line of a lock."""
    contents = {
        "METADATA": ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata],
        "WHEEL": ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"],
        "RECORD": [],
    }
    file = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for member, lines in contents.items():
            archive.writestr(f"{name}-{version}.dist-info/{member}", "\n".join(lines))
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def test_a_lock_may_hold_a_package_that_another_one_wants_with_an_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = wheel(tmp_path, "tool", "1.0", "Requires-Dist: library[fast]>=1.0")
    library = wheel(tmp_path, "library", "1.0", "Provides-Extra: fast")
    wheel(tmp_path, "library", "2.0", "Provides-Extra: fast")
    (tmp_path / "awscli.txt").write_text(f"--no-index\n--find-links {tmp_path}\n{library}\n{tool}\n")
    monkeypatch.setattr(tools, "REQUIREMENTS", tmp_path)
    packages = install(tmp_path).parent.glob("lib/python*/site-packages/*.dist-info")
    assert {"library-1.0.dist-info", "tool-1.0.dist-info"} <= {package.name for package in packages}
