import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2, language_pb2_grpc
from rich.console import Console

from sandbox.emulator.process import Emulator
from sandbox.engine import binary as engine
from sandbox.environment import environment
from sandbox.layout import PROJECT, Layout
from sandbox.offline import language_host
from sandbox.progress import Progress, Step

COMMAND = [sys.executable, "-P", language_host.__file__, "127.0.0.1:1"]
RECORD = 'import pulumi\nrecord = pulumi.Stash("record", input={"x": 1})\n'


class Program:
    """A Pulumi program of one file, in a folder and a backend of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self._environ = environ
        (folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=self.folder,
            env=self._environ,
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
    found = engine.ensure(layout, Step(Progress(Console(quiet=True)), "Pulumi engine"))
    layout.backend.mkdir()
    program = Program(folder, environment(layout, found, Emulator(layout)))
    assert program.pulumi("stack", "init", "local").returncode == 0
    return program


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(COMMAND, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        yield running
        running.kill()


@pytest.mark.sandbox
def test_a_program_runs_and_its_outputs_are_told(program: Program) -> None:
    done = program.up(f'{RECORD}pulumi.export("it", record.output["x"])\nprint("printed by the program")')
    assert done.returncode == 0
    assert "printed by the program" in done.stdout
    assert program.pulumi("stack", "output", "it").stdout.strip() == "1"


@pytest.mark.sandbox
def test_a_program_imports_what_lies_beside_it(program: Program) -> None:
    (program.folder / "beside.py").write_text("VALUE = 42\n")
    assert program.up(f'{RECORD}import beside\npulumi.export("it", beside.VALUE)').returncode == 0
    assert program.pulumi("stack", "output", "it").stdout.strip() == "42"


@pytest.mark.sandbox
def test_an_error_meant_for_the_user_is_shown_as_it_is(program: Program) -> None:
    done = program.up(f'{RECORD}raise pulumi.RunError("the setting `size` is no number: x")')
    assert done.returncode != 0
    assert "error: the setting `size` is no number: x\n" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.sandbox
@pytest.mark.parametrize("failing", ["{}['missing']", "record.output.apply(lambda value: value['missing'])"])
def test_a_bug_in_the_program_is_shown_with_its_traceback(program: Program, failing: str) -> None:
    done = program.up(f"{RECORD}{failing}")
    assert done.returncode != 0
    assert "Program failed with an unhandled exception:" in done.stdout
    assert "KeyError: 'missing'" in done.stdout


@pytest.mark.sandbox
def test_a_traceback_begins_in_the_program(program: Program) -> None:
    done = program.up(f"{RECORD}{{}}['missing']")
    assert f'File "{program.folder}/__main__.py", line 3' in done.stdout
    assert "language_host.py" not in done.stdout


@pytest.mark.sandbox
def test_about_tells_python_and_the_programs_packages(program: Program) -> None:
    told = program.pulumi("about")
    assert told.returncode == 0
    assert f"executable='{sys.executable}'" in told.stdout
    assert "pulumi_aws" in told.stdout.replace("-", "_")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_when_told_to(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, number)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


IN_A_LOCK = """
import os, signal, threading
from sandbox.offline import language_host

enter = threading.Condition.__enter__

def interrupted(condition):
    entered = enter(condition)
    if threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGTERM)
    return entered

def announced(*words, **options):
    print(*words, **options)
    threading.Condition.__enter__ = interrupted

language_host.print = announced
language_host.main()
"""
"""A host that gets SIGTERM at the moment when its main thread has taken a lock, if it takes any while it waits."""


def test_a_signal_ends_it_even_while_it_holds_a_lock() -> None:
    host = subprocess.Popen([sys.executable, "-c", IN_A_LOCK], cwd=PROJECT, text=True, stdout=subprocess.PIPE)
    with host:
        try:
            assert host.stdout is not None
            host.stdout.readline()
            host.terminate()
            assert host.wait(timeout=10) == 0
        finally:
            host.kill()


def test_it_ends_with_an_engine_that_is_killed() -> None:
    as_a_child = ["sh", "-c", '"$@" & wait', "sh", *COMMAND]
    with subprocess.Popen(as_a_child, text=True, stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        engine.stdout.readline()
        engine.kill()
        engine.communicate(timeout=10)  # ends when nobody can write any more


def test_the_first_line_is_the_port_it_listens_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        host = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert host.About(Empty()).executable == sys.executable
        assert list(host.InstallDependencies(language_pb2.InstallDependenciesRequest())) == []
