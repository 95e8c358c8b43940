"""The files that the content identity counts are those that Docker sends."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from components.image.content import BuildSpec, Content
from tests.sandbox.offline.plugins.docker.conftest import Client

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[4] / "components" / "image" / "recordings" / "patternmatcher.json").read_text(
        encoding="utf-8"
    )
)["cases"]
SPEC = BuildSpec(context="fn", platform="linux/amd64")
NAMES = [
    *("app.py", "README.md", "readme.md", "lib/util.py", "lib/sub/x", "lib/sub/keep.py", "lib/sub/deep/y.py"),
    *("foo", "barfoo", "foobar/x", "a/foo/b", "__pycache__/m.pyc", "lib/__pycache__/m.pyc", "m.pyc", ".env"),
    *("a.b", "axb", "$x", "*", "!x", "#x", "a]", "é", "x", "a/b", "ab", "c/a/x.txt"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in NAMES:
        file = tmp_path / "fn" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "fn" / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    return tmp_path


def sent(client: Client, project: Path) -> dict[str, str]:
    """Returns the files that Docker copies into an image, with modes as in `Content.context`."""
    out = project / "out"
    client("build", "--quiet", "--output", f"type=local,dest={out}", str(project / "fn"))
    files = [path for path in out.rglob("*") if path.is_symlink() or not path.is_dir()]
    return {os.path.relpath(path, out): mode(path) for path in files}


def mode(path: Path) -> str:
    return "link" if path.is_symlink() else f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.mark.parametrize("case", [case for case in CASES if "error" not in case][:70:2], ids=lambda c: c["ignoreFile"])
def test_no_file_that_docker_sends_is_left_out(client: Client, project: Path, case: dict[str, Any]) -> None:
    """Docker may send fewer, because the content identity has each file that one of Docker's implementations sends."""
    (project / "fn" / ".dockerignore").write_text(case["ignoreFile"])
    assert sent(client, project).keys() <= Content.read(SPEC, project).context.keys()


def test_docker_also_prefers_the_ignore_file_of_the_dockerfile(client: Client, project: Path) -> None:
    (project / "fn" / ".dockerignore").write_text("*.py\n")
    (project / "fn" / "Dockerfile.dockerignore").write_text("*.md\n")
    assert sent(client, project).keys() == Content.read(SPEC, project).context.keys() >= {"app.py"}


def test_files_and_links_are_sent_with_the_modes_that_count(client: Client, project: Path) -> None:
    for name, permissions in {"app.py": 0o755, "foo": 0o600, "lib/util.py": 0o4755}.items():
        (project / "fn" / name).chmod(permissions)
    (project / "fn" / "file").symlink_to("app.py")
    (project / "fn" / "folder").symlink_to("lib")
    ours = {path: file.mode for path, file in Content.read(SPEC, project).context.items()}
    assert sent(client, project) == ours
