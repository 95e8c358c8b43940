import os
import platform
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.offline import debian


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which fake apt commands, run by root on Debian, write their arguments."""
    calls = tmp_path / "calls"
    for command, code in (("apt-get", ":"), ("apt-cache", '[ "$3" = docker-cli ]')):
        (tmp_path / command).write_text(f'#!/bin/sh\necho "$(basename $0) $*" >> {calls}\n{code}\n')
        (tmp_path / command).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(debian, "can_install", lambda: True)
    return calls


def test_packages_a_release_does_not_have_are_left_out(apt: Path) -> None:
    debian.install(["docker.io"], if_there=["docker-cli", "docker-buildx"])
    install = apt.read_text().splitlines()[-1]
    assert install.endswith(" docker.io docker-cli")


def test_nothing_is_removed_to_make_room(apt: Path) -> None:
    debian.install(["docker.io"])
    assert "--no-remove" in apt.read_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("release", "user", "can"),
    [
        ({"ID": "debian"}, 0, True),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, 0, True),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, 0, True),
        ({"ID": "debian"}, 1000, False),
        ({"ID": "fedora"}, 0, False),
    ],
)
def test_only_root_on_debian_and_its_children_can_install(
    release: dict[str, str], user: int, can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert debian.can_install() is can


def test_elsewhere_the_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: False)
    with pytest.raises(SandboxError, match="mmdebstrap"):
        debian.install(["mmdebstrap"])
