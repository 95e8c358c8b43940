import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.files.regular_file import regular_file
from components.image.context import MAX_CONTEXT_BYTES, MAX_FOLDER_LEVELS, files_below
from components.image.dockerignore import IgnoreRules

ALL = IgnoreRules(())
WALKS = json.loads((Path(__file__).parent / "recordings" / "walks.json").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn" / "app.py").write_text("")
    return tmp_path / "fn"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere", "is broken"),
        ("link", "is broken"),
        ("../outside", "leads out of the context '{folder}'"),
        ("/etc/hostname", "leads out of the context '{folder}'"),
        ("../fn-elsewhere", "is broken"),
    ],
)
def test_a_link_that_the_docker_plugin_would_follow_out_of_the_context_is_refused(
    folder: Path, target: str, why: str
) -> None:
    (folder / "link").symlink_to(target)
    with pytest.raises(ComponentError) as refused:
        files_below(folder, ALL)
    assert str(refused.value).startswith(f"the link '{folder}/link' -> '{target}' {why.format(folder=folder)}: ")
    assert ("build from a `context` that has both" in str(refused.value)) is why.startswith("leads out")
    assert str(refused.value).endswith("make the link in the Dockerfile, or name it in .dockerignore")


def test_a_chain_of_links_counts_by_where_it_ends(folder: Path) -> None:
    (folder.parent / "back").symlink_to("fn/app.py")
    (folder / "there-and-back").symlink_to("../back")
    assert files_below(folder, ALL)["there-and-back"].mode == "link"


def test_a_folder_that_is_a_link_itself_is_read_as_what_it_leads_to(folder: Path) -> None:
    (folder / "inner").symlink_to("app.py")
    (folder.parent / "linked").symlink_to("fn")
    assert files_below(folder.parent / "linked", ALL) == files_below(folder, ALL)


def test_an_ignored_link_may_lead_anywhere(folder: Path) -> None:
    (folder / "link").symlink_to("nowhere")
    assert files_below(folder, IgnoreRules.parse("link")).keys() == {"app.py"}


def test_everything_that_is_wrong_with_a_folder_is_reported_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("nowhere")
    with pytest.raises(ComponentError) as refused:
        files_below(folder, ALL)
    link, pipe = str(refused.value).splitlines()
    assert "the link" in link
    assert pipe == f"'{folder}/pipe' is a socket, pipe or device: remove it, or name it in .dockerignore"


def test_a_folder_that_can_not_be_read_hides_nothing_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").mkdir()
    os.mkfifo(folder / "pipe")
    listed = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(ComponentError, match=r"(?s)can't read '.*secret': Permission denied.*pipe' is a socket"):
        files_below(folder, ALL)


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raced(path: str) -> int | None:
        os.unlink(path)
        os.mkfifo(path)
        return regular_file(path)

    monkeypatch.setattr("components.image.context.regular_file", raced)
    with pytest.raises(ComponentError, match=r"app\.py' is a socket, pipe or device"):
        files_below(folder, ALL)


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raced(path: str) -> int | None:
        os.unlink(path)
        os.symlink("/etc/hostname", path)
        return regular_file(path)

    monkeypatch.setattr("components.image.context.regular_file", raced)
    with pytest.raises(ComponentError, match=r"can't read '.*app\.py': Too many levels of symbolic links"):
        files_below(folder, ALL)


def test_more_than_an_image_may_have_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in {"model": MAX_CONTEXT_BYTES - 2**30, "more": 2 * 2**30}.items():
        with (folder / name).open("w") as file:
            file.truncate(size)  # which takes nothing of the disk
    monkeypatch.setattr("components.image.context.regular_file", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(ComponentError) as refused:
        files_below(folder, ALL)
    assert str(refused.value) == (
        f"'{folder}' has 11.0 GiB to build from, and an image may have 10: name in .dockerignore what it doesn't need; "
        "the largest file, 'model', has 9.0"
    )


def test_what_is_left_out_may_have_any_size(folder: Path) -> None:
    with (folder / "model").open("w") as file:
        file.truncate(MAX_CONTEXT_BYTES + 1)
    assert files_below(folder, IgnoreRules.parse("model")).keys() == {"app.py"}


@pytest.mark.parametrize(("levels", "fits"), [(MAX_FOLDER_LEVELS, True), (MAX_FOLDER_LEVELS + 1, False), (1500, False)])
def test_folders_may_lie_so_deep_and_no_deeper(folder: Path, levels: int, fits: bool) -> None:
    at = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=at)
        above, at = at, os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(above)
    os.close(os.open("file", os.O_CREAT, dir_fd=at))
    os.close(at)
    try:
        if fits:
            assert len(files_below(folder, ALL)) == 2
        else:
            with pytest.raises(
                ComponentError, match=r"^'[^\n]*' lies more than 200 folders deep: [^\n]*\.dockerignore$"
            ):
                files_below(folder, ALL)
            assert files_below(folder, IgnoreRules.parse("d")).keys() == {"app.py"}
    finally:
        subprocess.run(["rm", "-rf", folder / "d"], check=True)  # pytest's own way fails at so many levels


@pytest.mark.parametrize("case", WALKS["cases"], ids=lambda case: repr(case["ignoreFile"]))
def test_a_folder_is_walked_as_docker_and_the_docker_plugin_walk_it(tmp_path: Path, case: dict[str, Any]) -> None:
    for path in WALKS["tree"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    rules = IgnoreRules.parse(case["ignoreFile"])
    if "packed" not in case:
        assert sorted(files_below(tmp_path, rules)) == sorted(case["hashed"])
    else:
        with pytest.raises(ComponentError) as refused:
            files_below(tmp_path, rules)
        named = {line.split("'")[1].removeprefix(f"{tmp_path}/") for line in str(refused.value).splitlines()}
        assert named <= {*case["hashed"]} - {*case["packed"]}


def test_a_file_that_the_docker_plugin_compares_but_does_not_send_is_refused(folder: Path) -> None:
    """BuildKit sends it, so that a build in the sandbox would have it and one with the official plugin would not."""
    (folder / "src" / "deep").mkdir(parents=True)
    for name in ("a.py", "b.py", "deep/c.py"):
        (folder / "src" / name).touch()
    with pytest.raises(ComponentError) as refused:
        files_below(folder, IgnoreRules.parse("*\n!**/*.py\n"))
    assert str(refused.value) == (
        f"a pattern readmits '{folder}/src/a.py', but '{folder}/src' is left out, and not every version of Docker "
        "looks into it then: readmit the folder with a line `!src` in .dockerignore, and leave out below it what the "
        "image doesn't need"
    )
    assert files_below(folder, IgnoreRules.parse("*\n!src\n!*.py\n")).keys() == {
        *("app.py", "src/a.py", "src/b.py", "src/deep/c.py")
    }


def test_what_can_not_be_readmitted_is_not_looked_into(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_into, scandir = [], os.scandir

    def noted(path: Any) -> Any:
        looked_into.append(os.path.relpath(path, folder))
        return scandir(path)

    for path in ("shared/pricing/data", "shared/large/data", "sharedness", ".git/objects"):
        (folder / path).mkdir(parents=True)
    monkeypatch.setattr("os.scandir", noted)
    files_below(folder, IgnoreRules.parse("*\n!app.py\n!shared/pricing\n"))
    assert looked_into == [".", "shared", "shared/pricing", "shared/pricing/data"]


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting takes root on Linux")
@pytest.mark.parametrize("name", ["app.py", "sub", "sub/folder"])
def test_what_is_mounted_into_a_context_is_refused(folder: Path, name: str) -> None:
    (folder / "sub" / "folder").mkdir(parents=True)
    (folder.parent / "outside" / "app.py").write_text("foreign")
    readmitting = "*\\n!app.py\\n!sub/folder/app.py"
    read_it = (
        "from pathlib import Path; from components.image.context import files_below;"
        "from components.image.dockerignore import IgnoreRules;"
        "print(len(files_below(Path('fn'), IgnoreRules.parse('{}'))))"
    )
    source = "outside/app.py" if name == "app.py" else "outside"
    script = 'mount --bind "$1" "$2" && "$3" -c "$4"; "$3" -c "$5"; "$3" -c "$6"'
    codes = [read_it.format(""), read_it.format(readmitting), read_it.format(name)]
    command = ["unshare", "--mount", "sh", "-c", script, "sh", source, f"fn/{name}", sys.executable, *codes]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(command, cwd=folder.parent, env=environ, capture_output=True, text=True)
    message = f"'fn/{name}' is mounted from elsewhere: copy what is there in its place, or name it in "
    assert done.stderr.count(message) == 2, "also where only a file in an ignored folder is readmitted"
    assert done.stdout in ("0\n", "1\n"), "left out, it does no harm"


def test_five_thousand_files_are_read_in_a_moment(folder: Path) -> None:
    for number in range(5000):
        file = folder / str(number % 50) / f"{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(str(number))
    started = time.monotonic()
    assert len(files_below(folder, ALL)) == 5001
    assert time.monotonic() - started < 5
