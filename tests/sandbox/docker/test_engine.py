import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox.docker.engine import connect_docker, ensure_docker, stop_docker
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import docker_daemon
from sandbox.progress import Progress
from tests.sandbox.fake_docker import FakeDocker

ANSWERING = {"ServerVersion": "27.1.0", "DriverStatus": [["Backing Filesystem", "extfs"]]}
HOST = "unix:///somewhere/docker.sock"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


@pytest.fixture(autouse=True)
def no_usual_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.docker.client.USUAL_PATH", "/usr/bin:/bin")


def environ(folder: Path, info: dict[str, Any], before: str = "") -> dict[str, str]:
    """The environment in which `docker` is a fake one that describes its engine so."""
    answers = {
        "build --help": ":",
        "context inspect": f"echo {HOST}",
        "info": f'test "$DOCKER_HOST" = {HOST} && echo {shlex.quote(before)} && echo {shlex.quote(json.dumps(info))}',
    }
    FakeDocker.at(folder / "bin", answers)
    return {**os.environ, "PATH": f"{folder / 'bin'}:/usr/bin:/bin"}


def test_the_engine_of_the_current_context_is_described(layout: Layout, tmp_path: Path) -> None:
    engine = connect_docker(environ(tmp_path, ANSWERING, before="WARNING: No swap limit support"))
    assert (engine.host, engine.version) == (HOST, "27.1.0")
    assert engine.environment() == {"DOCKER_HOST": HOST, "DOCKER_BUILDKIT": "1", "BUILDX_BUILDER": "default"}


@pytest.mark.parametrize(
    ("status", "is_containerds"),
    [([["driver-type", "io.containerd.snapshotter.v1"]], True), ([["Supports d_type", "true"]], False), (None, False)],
)
def test_it_is_known_whether_images_lie_in_containerds_store(
    layout: Layout, tmp_path: Path, status: object, is_containerds: bool
) -> None:
    info = {**ANSWERING, "DriverStatus": status}
    assert connect_docker(environ(tmp_path, info)).containerd_store is is_containerds


def test_containerds_store_is_refused_for_the_official_plugin_before_anything_is_changed(
    layout: Layout, tmp_path: Path
) -> None:
    info = {**ANSWERING, "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}
    quiet, users = Progress(Console(quiet=True)), environ(tmp_path, info)
    assert ensure_docker(layout, quiet, users).containerd_store
    with pytest.raises(SandboxError, match=r"engine 27\.1\.0 keeps images in containerd's store.*docker/issues/967"):
        ensure_docker(layout, quiet, {**users, "SANDBOX_PLUGINS": "official"})


@pytest.mark.parametrize(
    ("reason", "is_installed", "remedy"),
    [
        ("permission denied while trying to connect to the Docker daemon socket", True, "usermod -aG docker"),
        ("Cannot connect to the Docker daemon. Is the docker daemon running?", True, "systemctl start docker"),
        ("Cannot connect to the Docker daemon. Is the docker daemon running?", False, "install and start Docker"),
    ],
)
def test_an_engine_that_does_not_answer_comes_with_what_to_do(
    layout: Layout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
    is_installed: bool,
    remedy: str,
) -> None:
    monkeypatch.setattr(docker_daemon, "is_installed", lambda: is_installed)
    monkeypatch.setattr("sandbox.docker.engine.DEFAULT_HOST", HOST)
    with pytest.raises(SandboxError, match=f"no Docker engine answers at {HOST}: {reason[:20]}") as raised:
        connect_docker(environ(tmp_path, {"ServerErrors": [reason]}))
    assert remedy in raised.value.remedy


def test_an_engine_the_user_chose_that_does_not_answer_comes_with_where_it_was_chosen(
    layout: Layout, tmp_path: Path
) -> None:
    with pytest.raises(SandboxError, match="no Docker engine answers") as raised:
        connect_docker(environ(tmp_path, {"ServerErrors": ["Cannot connect"]}))
    assert "DOCKER_HOST or `docker context use` names it" in raised.value.remedy


def test_an_engine_the_user_chose_is_never_replaced_by_one_of_ours(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_daemon.Daemon, "start", lambda daemon: pytest.fail("started one"))
    with pytest.raises(SandboxError, match="no Docker engine answers"):
        ensure_docker(layout, Progress(Console(quiet=True)), environ(tmp_path, {"ServerErrors": ["Cannot connect"]}))


def test_a_newer_clients_report_that_no_engine_answers_is_understood_too(layout: Layout, tmp_path: Path) -> None:
    """It describes an engine without a version, and says why on its error output."""
    reason = "Cannot connect to the Docker daemon"
    with pytest.raises(SandboxError) as refused:
        connect_docker(environ(tmp_path, {**ANSWERING, "ServerVersion": ""}, before=reason))
    assert refused.value.what == f"no Docker engine answers at {HOST}: {reason}"


def test_stop_leaves_an_engine_that_was_there_before(layout: Layout) -> None:
    assert stop_docker(layout) == "Docker left as it was found"
