"""Copies the program and gives the copy its own sandbox. A benchmark then changes neither modules nor state."""

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

PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "delivery", "operations", "sandbox")
MODULE = Path(__file__).with_name("module")


@contextmanager
def checkout(name: str) -> Iterator[Layout]:
    """Make a copy without modules. It is removed at the end, and so is one that a killed run left behind."""
    own = Layout.of()
    folder = own.home / "benchmarks" / name
    layout = Layout(project=folder, home=folder / ".sandbox", tools=own.tools)
    _remove(layout)
    copy_program(own.project, folder)
    try:
        yield layout
    finally:
        Emulator(layout).stop()  # it is a child of this process, so no other process could wait for it
        _remove(layout)


def add_module(layout: Layout, name: str, source: Path = MODULE) -> Path:
    return Path(shutil.copytree(source, layout.project / "modules" / name))


def sandbox(verb: str) -> list[str]:
    """Return the copy's command `python -m sandbox VERB`. It finds its folders by `environment(layout)`."""
    return [sys.executable, "-m", "sandbox", verb]


def environment(layout: Layout) -> dict[str, str]:
    return {**os.environ, "SANDBOX_HOME": str(layout.home), "SANDBOX_TOOLS": str(layout.tools)}


def copy_program(project: Path, folder: Path) -> None:
    """Copy the program to a new folder, without modules, with default settings and this virtual environment."""
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
    """Remove the copy. Its resources vanish with its emulator, so they aren't deleted one by one."""
    if layout.home.exists():
        shutil.rmtree(layout.backend, ignore_errors=True)
        run(sandbox("down"), env=environment(layout), cwd=layout.project)
    if layout.project.exists():
        shutil.rmtree(layout.project)
