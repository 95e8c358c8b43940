import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import session
from sandbox.emulator import Emulator
from sandbox.engine import Engine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from tests.sandbox.fake_docker import FakeDocker


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def environment(layout: Layout, **users: str) -> dict[str, str]:
    engine = Engine(layout.tools / "bin" / "pulumi", "3.259.0")
    return session.environment(layout, engine, Emulator(layout), {"HOME": str(layout.home), **users})


def opened(layout: Layout, environ: dict[str, str]) -> session.Session:
    docker = FakeDocker.at(layout.home / "docker", {}).engine()
    return session.Session(layout, docker, Emulator(layout), environ)


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "PULUMI_ACCESS_TOKEN"])
def test_cloud_settings_of_the_users_shell_are_dropped(layout: Layout, name: str) -> None:
    assert name not in environment(layout, **{name: "theirs"})


@pytest.mark.parametrize(
    "name",
    ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_REGION", "PULUMI_HOME", "PULUMI_BACKEND_URL", "DOCKER_CONFIG"],
)
def test_the_sandboxs_settings_take_the_place_of_the_users(layout: Layout, name: str) -> None:
    assert environment(layout, **{name: "theirs"})[name] != "theirs"


@pytest.mark.parametrize("name", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_profiles_in_the_users_files_are_out_of_reach(layout: Layout, name: str) -> None:
    assert environment(layout)[name] == os.devnull


def test_everything_else_of_the_users_environment_stays(layout: Layout) -> None:
    assert environment(layout, EDITOR="vi", HTTPS_PROXY="p")["EDITOR"] == "vi"


def test_what_pulumi_keeps_lies_below_the_sandbox(layout: Layout) -> None:
    environ = environment(layout)
    assert environ["PULUMI_HOME"] == str(layout.home / "pulumi-home")
    assert environ["PULUMI_BACKEND_URL"] == f"{(layout.home / 'state').as_uri()}?metadata=skip"


def test_the_sandboxs_tools_come_before_the_users(layout: Layout) -> None:
    path = environment(layout, PATH="/usr/bin")["PATH"].split(os.pathsep)
    assert path == [str(layout.bin), str(layout.tools / "bin"), str(Path(sys.executable).parent), "/usr/bin"]


def test_plugins_of_the_users_docker_client_are_seen_without_their_logins(layout: Layout) -> None:
    theirs = layout.project / "theirs"
    (theirs / "cli-plugins").mkdir(parents=True)
    (theirs / "config.json").write_text("{}")
    folder = Path(environment(layout, DOCKER_CONFIG=str(theirs))["DOCKER_CONFIG"])
    assert (folder / "cli-plugins").resolve() == theirs / "cli-plugins"
    assert not (folder / "config.json").exists()


def test_a_commands_exit_code_is_passed_on(layout: Layout) -> None:
    assert opened(layout, dict(os.environ)).attend(["sh", "-c", "exit 7"]) == 7


def test_a_command_that_is_not_there_is_an_error_that_names_it(layout: Layout) -> None:
    with pytest.raises(SandboxError, match="`no-such-command` was not found"):
        opened(layout, dict(os.environ)).attend(["no-such-command"])


def test_a_command_that_is_no_program_is_an_error_that_names_it(layout: Layout) -> None:
    file = layout.project / "notes.txt"
    file.touch()
    with pytest.raises(SandboxError, match=r"notes\.txt` can't be run: Permission denied"):
        opened(layout, dict(os.environ)).attend([file])


def test_an_interrupt_is_the_commands_to_handle(layout: Layout) -> None:
    """Ctrl-C reaches the whole foreground group: the command decides, and its exit code is told."""
    script = "trap 'exit 9' INT; kill -INT $PPID; kill -INT $$; sleep 5"
    assert opened(layout, dict(os.environ)).attend(["sh", "-c", script]) == 9


def test_a_command_can_be_interrupted_even_if_it_does_nothing_about_it(layout: Layout) -> None:
    assert opened(layout, dict(os.environ)).attend(["sh", "-c", "kill -INT $$; sleep 5"]) == -signal.SIGINT


def test_a_command_is_asked_to_end_when_its_parent_is(layout: Layout) -> None:
    script = "trap 'exit 9' TERM; kill -TERM $PPID; sleep 5 & wait"
    assert opened(layout, dict(os.environ)).attend(["sh", "-c", script]) == 9


def test_two_commands_at_a_time_are_one_too_many_and_the_first_is_named(layout: Layout) -> None:
    with session.exclusive(layout), multiprocessing.get_context("spawn").Pool(1) as pool:
        refusal = pool.apply(_refusal, (layout,))
    assert f"another command is at work in {layout.home}: process {os.getpid()} of " in refusal
    assert "since " in refusal
    assert "pytest" in refusal


def test_a_command_that_is_done_lets_the_next_one_in(layout: Layout) -> None:
    with session.exclusive(layout):
        pass
    with session.exclusive(layout):
        pass


def test_nothing_can_be_asked_of_a_sandbox_that_is_not_up(layout: Layout) -> None:
    with pytest.raises(SandboxError, match="not up") as refused:
        session.attached(layout)
    assert "make up" in refused.value.remedy


def _refusal(layout: Layout) -> str:
    try:
        with session.exclusive(layout):
            return ""
    except SandboxError as refused:
        return str(refused)


def test_the_command_line_starts_fast_enough_to_be_asked_for_help() -> None:
    """Heavy packages are imported by the verbs that need them, not by the command line."""
    check = "import sys, sandbox.cli.app; print(*({'boto3', 'pulumi', 'docker'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_official_plugins_are_downloaded_for_all_sandboxes_that_share_the_tools(layout: Layout) -> None:
    other = Layout(project=layout.project, home=layout.home.with_name("other"), tools=layout.tools)
    for each in (layout, layout, other):
        session._share_downloads(each)
    (layout.pulumi_home / "plugins" / "resource-aws").mkdir()
    assert (other.pulumi_home / "plugins" / "resource-aws").is_dir()
