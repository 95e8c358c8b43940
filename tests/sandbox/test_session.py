import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from sandbox import session
from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import Emulator
from sandbox.engine.binary import Engine
from sandbox.engine.waiting_host import WaitingHost
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress, Step
from tests.sandbox.fake_docker import FakeDocker


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def opened(layout: Layout, environ: dict[str, str]) -> session.Session:
    docker = FakeDocker.at(layout.home / "docker", {}).engine()
    return session.Session(layout, docker, Emulator(layout), environ)


def test_a_commands_exit_code_is_passed_on(layout: Layout) -> None:
    assert opened(layout, dict(os.environ)).run_in_foreground(["sh", "-c", "exit 7"]) == 7


def test_a_command_that_is_not_there_is_an_error_that_names_it(layout: Layout) -> None:
    with pytest.raises(SandboxError, match="`no-such-command` was not found"):
        opened(layout, dict(os.environ)).run_in_foreground(["no-such-command"])


def test_a_command_that_is_no_program_is_an_error_that_names_it(layout: Layout) -> None:
    file = layout.project / "notes.txt"
    file.touch()
    with pytest.raises(SandboxError, match=r"notes\.txt` can't be run: Permission denied"):
        opened(layout, dict(os.environ)).run_in_foreground([file])


def test_an_interrupt_is_the_commands_to_handle(layout: Layout) -> None:
    """Ctrl-C reaches the whole foreground group: the command decides, and its exit code is returned."""
    script = "trap 'exit 9' INT; kill -INT $PPID; kill -INT $$; sleep 5"
    assert opened(layout, dict(os.environ)).run_in_foreground(["sh", "-c", script]) == 9


def test_a_command_can_be_interrupted_even_if_it_does_nothing_about_it(layout: Layout) -> None:
    assert opened(layout, dict(os.environ)).run_in_foreground(["sh", "-c", "kill -INT $$; sleep 5"]) == -signal.SIGINT


def test_a_command_is_terminated_with_its_parent(layout: Layout) -> None:
    script = "trap 'exit 9' TERM; kill -TERM $PPID; sleep 5 & wait"
    assert opened(layout, dict(os.environ)).run_in_foreground(["sh", "-c", script]) == 9


def test_the_engine_attaches_to_a_host_that_has_loaded_the_program(layout: Layout) -> None:
    given: list[Mapping[str, str]] = []

    class Host(WaitingHost):
        @contextmanager
        def serving(self, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
            given.append(environ)
            yield {"PULUMI_DEBUG_LANGUAGES": "python:41"}

    engine = layout.home / "pulumi"
    engine.parent.mkdir()
    engine.write_text('#!/bin/sh\necho "$PULUMI_DEBUG_LANGUAGES, $MODULES"\n')
    engine.chmod(0o755)
    layout.logs.mkdir()
    without = opened(layout, {"PATH": f"{layout.home}:{os.environ['PATH']}"})
    ran = replace(without, host=Host(layout)).pulumi("up", show_output=False, variables={"MODULES": "a"})
    assert ran.log.read_text() == "python:41, a\n"
    assert given[0]["MODULES"] == "a"
    assert without.pulumi("up", show_output=False).log.read_text() == ", \n"


@pytest.mark.parametrize("fails", [False, True])
def test_other_work_is_done_while_an_engine_is_built(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """What fails there is reported by the caller, who does it again."""
    began, shown = threading.Event(), io.StringIO()

    def work(docker: DockerEngine, note: Callable[[str], None]) -> None:
        note("fetching packages")
        began.set()
        if fails:
            raise SandboxError("no packages")

    def build(layout: Layout, step: Step, meanwhile: Callable[[], None]) -> Engine:
        meanwhile()
        assert began.wait(timeout=30)
        raise SandboxError("the end of this test")

    monkeypatch.setattr(session, "ensure_docker", lambda *_: FakeDocker.at(layout.home / "docker", {}).engine())
    monkeypatch.setattr(session, "ensure_engine", build)
    with (
        pytest.raises(SandboxError, match="the end of this test"),
        session.opened(layout, Progress(Console(file=shown, width=200), {}), meanwhile=work),
    ):
        pass
    assert "Pulumi engine: meanwhile, fetching packages" in shown.getvalue()


def test_a_sandbox_that_is_not_up_has_no_client_environment(layout: Layout) -> None:
    with pytest.raises(SandboxError, match="not up") as refused:
        session.client_environment(layout)
    assert "make up" in refused.value.remedy


def test_the_command_line_starts_fast_enough_to_show_its_help() -> None:
    """Heavy packages are imported by the verbs that need them, not by the command line."""
    check = "import sys, sandbox.cli.app; print(*({'boto3', 'pulumi', 'docker'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_official_plugins_are_downloaded_for_all_sandboxes_that_share_the_tools(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "can_download_engine", lambda: True)
    other = Layout(project=layout.project, home=layout.home.with_name("other"), tools=layout.tools)
    for each in (layout, layout, other):
        session._share_downloads(each)
    (layout.pulumi_home / "plugins" / "resource-aws").mkdir()
    assert (other.pulumi_home / "plugins" / "resource-aws").is_dir()
