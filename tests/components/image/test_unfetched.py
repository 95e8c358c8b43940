import hashlib
import subprocess
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.image.unfetched import check_fetched

MODEL = b"weights" * 1000
DIGEST = hashlib.sha256(MODEL).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize {len(MODEL)}\n"
EXTENDED = POINTER.replace("oid", f"ext-0-compressed sha256:{'0' * 64}\noid")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("modules", "thumbnail")
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def read(folder: Path) -> Content:
    return Content.read(BuildSpec(context=folder.as_posix(), platform="linux/amd64"))


def refusal(folder: Path, *, large_files: bool = True) -> str:
    with pytest.raises(ComponentError) as refused:
        check_fetched(read(folder), large_files=large_files)
    return str(refused.value)


@pytest.mark.parametrize("pointer", [POINTER, EXTENDED])
def test_pointers_are_refused_and_some_of_them_named(module: Path, pointer: str) -> None:
    for number in range(7):
        (module / f"{number}.bin").write_text(pointer)
    assert refusal(module) == (
        "'modules/thumbnail' has pointers of Git LFS instead of files: 0.bin, 1.bin, 2.bin, 3.bin, 4.bin and 2 more. "
        "Run `git lfs pull`, or in a pipeline check out with `lfs: true`, or name in modules/thumbnail/.dockerignore "
        "what the image doesn't need"
    )
    check_fetched(read(module), large_files=False)
    (module / ".dockerignore").write_text("*.bin\n")
    check_fetched(read(module))


@pytest.mark.parametrize(
    "text",
    [
        POINTER + "more\n",
        POINTER.replace("sha256", "md5"),
        POINTER.replace("v1", "v2"),
        EXTENDED.replace("ext-0", "ext-0" + "0" * 1024),
        f"\n{POINTER}",
    ],
)
def test_other_files_are_no_pointers(module: Path, text: str) -> None:
    (module / "notes.txt").write_text(text)
    content = read(module)
    check_fetched(content)
    assert content.context["notes.txt"].digest == hashlib.sha256(text.encode()).hexdigest()


def test_the_identity_is_the_same_with_a_pointer_and_with_what_it_stands_for(module: Path) -> None:
    (module / "model.bin").write_text(POINTER)
    pointing = read(module)
    (module / "model.bin").write_bytes(MODEL)
    assert (pointing.identity, pointing.record) == (read(module).identity, read(module).record)
    (module / "model.bin").write_bytes(MODEL + b"more")
    assert pointing.identity != read(module).identity


def git(*arguments: str, folder: Path = Path()) -> None:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *settings, *arguments], check=True, cwd=folder)


@pytest.fixture
def checkout(module: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone without the files of its submodules: `vendor/outer` of a module, with another in it, and `docs`."""
    origins = tmp_path_factory.mktemp("origins")
    inner, outer, docs = origins / "inner", origins / "outer", origins / "docs"
    for repository in (inner, outer, docs):
        repository.mkdir()
        git("init", "--quiet", folder=repository)
        (repository / "library.py").write_text(f"# {repository.name}\n")
        if repository == outer:
            git("submodule", "--quiet", "add", str(inner), "inner", folder=outer)
        git("add", "--all", folder=repository)
        git("commit", "--quiet", "--message", "first", folder=repository)
    git("init", "--quiet")
    git("submodule", "--quiet", "add", str(outer), "modules/thumbnail/vendor/outer")
    git("submodule", "--quiet", "add", str(docs), "docs")
    git("add", "--all")
    git("commit", "--quiet", "--message", "first")
    git("clone", "--quiet", ".", str(origins / "clone"))
    monkeypatch.chdir(origins / "clone")
    return module


def test_submodules_without_their_files_are_refused_and_named(checkout: Path) -> None:
    before = read(checkout)
    with pytest.raises(ComponentError) as refused:
        check_fetched(before, large_files=False)
    assert str(refused.value) == (
        "'modules/thumbnail' has Git submodules whose files are not in the checkout: vendor/outer: run `git submodule "
        "update --init --recursive`, or in a pipeline check out with `submodules: recursive`, or name in "
        "modules/thumbnail/.dockerignore what the image doesn't need"
    )
    git("submodule", "--quiet", "update", "--init", "modules/thumbnail/vendor/outer")
    assert "are not in the checkout: vendor/outer/inner: run" in refusal(checkout)
    git("submodule", "--quiet", "update", "--init", "--recursive", "modules/thumbnail/vendor/outer")
    check_fetched(read(checkout))


@pytest.mark.parametrize("ignored", ["vendor/\n", "vendor/outer\n", "*\n!app.py\n"])
def test_submodules_that_docker_is_not_sent_may_be_missing(checkout: Path, ignored: str) -> None:
    (checkout / ".dockerignore").write_text(ignored)
    check_fetched(read(checkout))


def test_a_submodule_that_was_removed_by_hand_is_missing_too(checkout: Path) -> None:
    (checkout / "vendor" / "outer").rmdir()
    assert "vendor/outer" in refusal(checkout)


@pytest.mark.parametrize("path", ["../outside", "/", "modules/thumbnail/link"])
def test_a_path_that_leads_out_of_the_checkout_is_left_alone(module: Path, path: str) -> None:
    (module / "link").symlink_to("/nowhere")
    (module / ".dockerignore").write_text("link\n")
    Path(".gitmodules").write_text(f'[submodule "x"]\n\tpath = {path}\n')
    check_fetched(read(module))
