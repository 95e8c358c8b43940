"""The sandbox's own language host, run by a real engine."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.emulator.process import Emulator
from sandbox.engine.binary import ensure_engine
from sandbox.engine.waiting_host import WaitingHost
from sandbox.environment import environment
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Progress, Step

pytestmark = pytest.mark.sandbox

RECORD = 'import pulumi\nrecord = pulumi.Stash("record", input={"x": 1})\n'


PRINTING = """
import os, subprocess, sys, threading
import pulumi
print("first\\nsecond", end=" ")
print("third")
print("an error", file=sys.stderr)
thread = threading.Thread(target=print, args=("of a thread",))
thread.start()
thread.join()
subprocess.run(["echo", "of a child"], stdout=sys.stdout)
sys.stdout.buffer.write(b"bytes\\n")
pulumi.export("answer", os.environ["ANSWER"])
print("fourth", end="")
"""


class Program:
    """A Pulumi program of one file, in a folder and a backend of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ
        (folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")

    def pulumi(self, *arguments: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=self.folder,
            env=variables or self.environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )

    def up(self, source: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "__main__.py").write_text(source)
        return self.pulumi("up", "--yes", "--skip-preview")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("a program")
    home = tmp_path_factory.mktemp("home")
    layout = Layout(project=PROJECT, home=home, tools=Layout.of(PROJECT).tools)
    found = ensure_engine(layout, Step(Progress(Console(quiet=True)), "Pulumi engine"))
    layout.backend.mkdir()
    program = Program(folder, environment(layout, found, Emulator(layout)))
    assert program.pulumi("stack", "init", "local").returncode == 0
    return program


def test_a_program_runs_and_its_outputs_are_reported(program: Program) -> None:
    done = program.up(f'{RECORD}pulumi.export("it", record.output["x"])\nprint("printed by the program")')
    assert done.returncode == 0
    assert "printed by the program" in done.stdout
    assert program.pulumi("stack", "output", "it").stdout.strip() == "1"


def test_a_host_that_waits_shows_what_the_program_prints_and_has_its_environment(program: Program) -> None:
    """As if the engine had started it: both streams, lines of other threads, and the last line, which has no end."""
    (program.folder / "sandbox").symlink_to(PROJECT / "sandbox")
    (program.folder / "__main__.py").write_text(PRINTING)
    environ = {**program.environ, "ANSWER": "42"}
    layout = Layout(project=program.folder, home=program.folder, tools=program.folder)
    with WaitingHost(layout).started() as host, host.serving(environ) as served:
        assert served
        attached = program.pulumi("up", "--yes", "--skip-preview", variables={**environ, **served})
    assert program.pulumi("stack", "output", "answer").stdout.strip() == "42"
    started = program.pulumi("up", "--yes", "--skip-preview", variables=environ)
    for done in (attached, started):
        assert done.returncode == 0, done.stdout
        shown = [line.strip() for line in done.stdout.splitlines()]
        assert shown.count("first") == shown.count("an error") == shown.count("of a thread") == 1, done.stdout
        assert shown.count("second third") == shown.count("fourth") == 1, done.stdout
        assert shown.count("of a child") == shown.count("bytes") == 1, done.stdout


def test_a_program_imports_what_is_beside_it(program: Program) -> None:
    (program.folder / "beside.py").write_text("VALUE = 42\n")
    assert program.up(f'{RECORD}import beside\npulumi.export("it", beside.VALUE)').returncode == 0
    assert program.pulumi("stack", "output", "it").stdout.strip() == "42"


def test_an_error_meant_for_the_user_is_shown_as_it_is(program: Program) -> None:
    done = program.up(f'{RECORD}raise pulumi.RunError("the setting `size` is no number: x")')
    assert done.returncode != 0
    assert "error: the setting `size` is no number: x\n" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("failing", ["{}['missing']", "record.output.apply(lambda value: value['missing'])"])
def test_a_bug_in_the_program_is_shown_with_its_traceback(program: Program, failing: str) -> None:
    done = program.up(f"{RECORD}{failing}")
    assert done.returncode != 0
    assert "Program failed with an unhandled exception:" in done.stdout
    assert "KeyError: 'missing'" in done.stdout


def test_a_traceback_begins_in_the_program(program: Program) -> None:
    done = program.up(f"{RECORD}{{}}['missing']")
    assert f'File "{program.folder}/__main__.py", line 3' in done.stdout
    assert "_host.py" not in done.stdout


def test_about_shows_python_and_the_programs_packages(program: Program) -> None:
    shown = program.pulumi("about")
    assert shown.returncode == 0
    assert f"executable='{sys.executable}'" in shown.stdout
    assert "pulumi_aws" in shown.stdout.replace("-", "_")
