"""A copy of the program with a sandbox of its own, so that a benchmark touches nobody's modules or state."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.emulator.process import Emulator
from sandbox.engine import stack_settings
from sandbox.layout import Layout
from sandbox.process import run

PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "delivery", "sandbox")
MODULE = Path(__file__).with_name("module")


@contextmanager
def checkout(name: str) -> Iterator[Layout]:
    """Without modules; it is taken down at the end, and what a killed run left is taken down before."""
    own = Layout.of()
    folder = own.home / "benchmarks" / name
    layout = Layout(project=folder, home=folder / ".sandbox", tools=own.tools)
    _remove(layout)
    copy_program(own.project, folder)
    try:
        yield layout
    finally:
        Emulator(layout).stop()  # a child of this process: no other one could see it end
        _remove(layout)


def add_module(layout: Layout, name: str) -> Path:
    return Path(shutil.copytree(MODULE, layout.project / "modules" / name))


def sandbox(layout: Layout, *arguments: str) -> list[str]:
    """The command `python -m sandbox ...` of the copy, which finds its own folders by `environment(layout)`."""
    return [sys.executable, "-m", "sandbox", *arguments]


def environment(layout: Layout) -> dict[str, str]:
    return {**os.environ, "SANDBOX_HOME": str(layout.home), "SANDBOX_TOOLS": str(layout.tools)}


def copy_program(project: Path, folder: Path) -> None:
    """Into a new folder: without modules, with the sandbox's default settings, and this process's environment."""
    folder.mkdir(parents=True)
    for name in PROGRAM:
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(project / name, folder / name)
    shutil.copy2(project / stack_settings.DEFAULTS, folder / stack_settings.NAME)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "modules").mkdir()


def _remove(layout: Layout) -> None:
    """Its cloud goes with its emulator: nobody has to see each resource deleted."""
    if layout.home.exists():
        shutil.rmtree(layout.backend, ignore_errors=True)
        run(sandbox(layout, "down"), env=environment(layout), cwd=layout.project)
    if layout.project.exists():
        shutil.rmtree(layout.project)
