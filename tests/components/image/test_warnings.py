import os
import subprocess
import time
from pathlib import Path

import pytest

from components.image.content import BuildSpec, Content
from components.image.warnings import warnings


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a module, in a repository with a file that says what git ignores."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    Path(".gitignore").write_text(".env*\n.DS_Store\n.pytest_cache/\n/generated/\n")
    folder = Path("modules", "thumbnail")
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    git("add", "--all")
    return folder


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def found(folder: Path) -> list[str]:
    content = Content.read(BuildSpec(context=folder.as_posix(), platform="linux/amd64"))
    return warnings({"thumbnail": content})["thumbnail"]


@pytest.mark.parametrize(
    ("name", "content", "mode", "warned"),
    [
        ("start", b"#!/bin/sh\r\nexec app\r\n", 0o644, True),
        ("start", b"#!/usr/bin/env bash\r\n", 0o644, True),
        ("start", b"#!/usr/bin/env python3\r\n", 0o755, True),
        ("start.py", b"#!/usr/bin/env python3\r\n", 0o644, False),
        ("start.sh", b"#!/bin/sh\nprintf '\r\n'\n", 0o755, False),
        ("start.sh", b"exec app\r\n", 0o644, True),
        ("start.sh", b"exec app\n", 0o755, False),
        ("notes.txt", b"exec app\r\n", 0o755, False),
    ],
)
def test_a_script_that_linux_can_not_run_is_named(
    module: Path, name: str, content: bytes, mode: int, warned: bool
) -> None:
    (module / name).write_bytes(content)
    (module / name).chmod(mode)
    messages = found(module)
    assert len(messages) == warned
    assert all(f"'modules/thumbnail/{name}' ends with CRLF" in message for message in messages)
    assert all(f"`*{Path(name).suffix} text eol=lf` in .gitattributes" in message for message in messages)


def test_what_git_ignores_and_docker_does_not_is_named_once_for_each_folder(module: Path) -> None:
    (module / ".pytest_cache" / "v").mkdir(parents=True)
    for name in (".DS_Store", ".pytest_cache/README.md", ".pytest_cache/v/nodes", "new.py"):
        (module / name).touch()
    assert found(module) == [
        "'modules/thumbnail' has files that git ignores, but Docker does not: .DS_Store, .pytest_cache. A pipeline's "
        "checkout does not have them, so another image is built there. Name them in modules/thumbnail/.dockerignore"
    ]


def test_what_docker_ignores_too_or_git_has_in_spite_of_its_rules_is_not_named(module: Path) -> None:
    (module / ".dockerignore").write_text("**/.pytest_cache\n")
    (module / ".pytest_cache").mkdir()
    (module / ".pytest_cache" / "README.md").touch()
    (module / ".DS_Store").touch()
    git("add", "--force", "modules/thumbnail/.DS_Store")
    assert found(module) == []


def test_a_file_that_usually_contains_secrets_is_named_with_what_to_do_instead(module: Path) -> None:
    (module / "config").mkdir()
    for name in (".env", ".env.example", "config/.env.local", "environment.py"):
        (module / name).touch()
    git("add", "--force", "modules/thumbnail/.env.example")
    assert found(module) == [
        "'modules/thumbnail' has files that usually contain secrets: .env, config/.env.local. Everyone who can pull "
        "the image can read what is copied into it. Name them in modules/thumbnail/.dockerignore, and give the "
        "function its secrets with the setting `secrets`"
    ]


def test_such_a_file_is_named_even_if_git_does_not_ignore_it_but_not_if_it_is_committed(module: Path) -> None:
    Path(".gitignore").unlink()
    (module / ".env").touch()
    assert len(found(module)) == 1
    git("add", "modules/thumbnail/.env")
    assert found(module) == []


def test_without_a_repository_only_such_files_are_named(module: Path) -> None:
    Path(".git").rename("git")
    for name in (".env", ".DS_Store"):
        (module / name).touch()
    assert [message.partition(":")[0] for message in found(module)] == [
        "'modules/thumbnail' has files that usually contain secrets"
    ]


def test_without_git_nothing_is_known(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (module / ".DS_Store").touch()
    monkeypatch.setenv("PATH", "/nowhere")
    assert found(module) == []


@pytest.mark.parametrize("program", ["generated", "generated/program"])
def test_in_a_checkout_that_another_repository_ignores_nothing_is_known(
    module: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    Path(program).mkdir(parents=True)
    module.rename(Path(program, "thumbnail"))
    monkeypatch.chdir(program)
    assert found(Path("thumbnail")) == []


def test_a_module_that_git_ignores_as_a_whole_is_not_warned_of(module: Path) -> None:
    module.rename("generated")
    assert found(Path("generated")) == []


def test_a_linked_module_is_found_where_its_files_are(module: Path) -> None:
    (module / ".DS_Store").touch()
    Path("linked").symlink_to(module)
    assert ["git ignores" in message for message in found(Path("linked"))] == [True]


def test_files_that_only_some_users_may_read_are_named_with_a_mode_of_theirs(module: Path) -> None:
    for number in range(7):
        (module / f"{number}.py").touch()
        (module / f"{number}.py").chmod(0o600)
    (module / "link").symlink_to("Dockerfile")
    assert found(module) == [
        "'modules/thumbnail' has files that not every user may read: 0.py, 1.py, 2.py, 3.py, 4.py and 2 more (mode "
        "0600). Lambda runs a function as a user of its own, and other checkouts have other modes, so that other "
        "images are built there. Run `chmod -R go+rX modules/thumbnail`, and set `umask 022`"
    ]


def test_names_are_escaped(module: Path) -> None:
    (module / ".env.\x1b").touch()
    (module / os.fsdecode(b".env.\xff")).touch()
    (message,) = found(module)
    assert "\\u001b" in message and "\\udcff" in message


def test_twenty_thousand_ignored_files_cost_a_moment(module: Path) -> None:
    """They are ignored by git and Docker, such as packages of Node.js."""
    (module / ".dockerignore").write_text(".pytest_cache\n")
    for number in range(20_000):
        file = module / ".pytest_cache" / str(number % 100) / str(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    content = Content.read(BuildSpec(context=module.as_posix(), platform="linux/amd64"))
    started = time.monotonic()
    assert warnings({"thumbnail": content}) == {"thumbnail": []}
    assert time.monotonic() - started < 0.5
