from pathlib import Path

import pytest

from sandbox.docker.client import clients_with_buildkit, find_client
from sandbox.errors import SandboxError
from tests.sandbox.fake_docker import FakeDocker

BUILDS = {"build --help": 'test "$DOCKER_BUILDKIT" = 1'}
DOES_NOT = {"build --help": "echo 'ERROR: BuildKit is enabled but the buildx component is missing'; exit 1"}


@pytest.fixture(autouse=True)
def no_usual_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.docker.client.USUAL_PATH", "")


def path(*folders: Path) -> dict[str, str]:
    return {"PATH": ":".join(map(str, folders))}


def test_the_first_client_on_the_path_that_can_build_is_taken(tmp_path: Path) -> None:
    FakeDocker.at(tmp_path / "a", DOES_NOT)
    FakeDocker.at(tmp_path / "b", BUILDS)
    FakeDocker.at(tmp_path / "c", BUILDS)
    assert find_client(path(*(tmp_path / folder for folder in "abc"))) == tmp_path / "b" / "docker"


def test_a_client_is_found_in_the_usual_folders_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDocker.at(tmp_path / "usual", BUILDS)
    monkeypatch.setattr("sandbox.docker.client.USUAL_PATH", str(tmp_path / "usual"))
    assert find_client(path(tmp_path / "empty")) == tmp_path / "usual" / "docker"


def test_a_client_that_two_folders_lead_to_is_tried_once(tmp_path: Path) -> None:
    fake = FakeDocker.at(tmp_path / "a", DOES_NOT)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert list(clients_with_buildkit(path(tmp_path / "a", tmp_path / "link"))) == []
    assert fake.calls() == ["build --help"]


def test_clients_that_can_not_build_are_named(tmp_path: Path) -> None:
    FakeDocker.at(tmp_path / "a", DOES_NOT)
    with pytest.raises(SandboxError, match=str(tmp_path / "a" / "docker")) as raised:
        find_client(path(tmp_path / "a"))
    assert "buildx" in raised.value.remedy


def test_no_client_at_all_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no `docker` command was found") as raised:
        find_client(path(tmp_path))
    assert "install Docker" in raised.value.remedy
