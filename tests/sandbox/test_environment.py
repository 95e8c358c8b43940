import os
import sys
from pathlib import Path

import pytest

from sandbox.emulator.process import Emulator
from sandbox.engine.binary import Engine
from sandbox.environment import environment as made_for
from sandbox.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def environment(layout: Layout, **users: str) -> dict[str, str]:
    engine = Engine(layout.tools / "bin" / "pulumi", "3.259.0")
    return made_for(layout, engine, Emulator(layout), {"HOME": str(layout.home), **users})


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
