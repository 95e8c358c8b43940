import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.image.context import FileContent
from tests.components.image.context_edits import EDITS, write_context

RECORDING = Path(__file__).parents[2] / "sandbox" / "offline" / "plugins" / "recordings" / "docker" / "image.json"
CHANGES: list[dict[str, Any]] = json.loads(RECORDING.read_text(encoding="utf-8"))["changes"]

RECORDED = BuildSpec(context="fn", platform="linux/amd64", args={"BASE_IMAGE": "lambda-base:local"})

NO_PART_OF_A_SPEC = {
    "build argument made a secret": "arguments are plain text",
    "build argument unknown": "arguments are known",
    "platform removed": "always given",
    "context as an absolute path": "refused",
    "cacheFrom added": "has no influence on the content",
    "network added": "not offered",
    "builderVersion BuilderBuildKit given explicitly": "not offered",
    "builderVersion BuilderV1": "not offered",
    "build removed": "always given",
}


def identity(spec: BuildSpec, root: Path = Path()) -> str:
    return Content.read(spec, root).identity


def file_hashes(spec: BuildSpec, root: Path = Path()) -> dict[str, str]:
    return Content.read(spec, root).file_hashes


def context_files(spec: BuildSpec, root: Path) -> dict[str, FileContent]:
    return dict(Content.read(spec, root).context)


# As the recorded plugin


@pytest.mark.parametrize("case", [each for each in CHANGES if each["change"] == "files"], ids=lambda case: case["case"])
def test_an_edit_changes_the_identity_exactly_when_the_plugin_sees_it(case: dict[str, Any], tmp_path: Path) -> None:
    write_context(tmp_path / "fn")
    before = identity(RECORDED, tmp_path)
    EDITS[case["case"]](tmp_path / "fn")
    assert (identity(RECORDED, tmp_path) != before) is case["contextDigestChanged"]


@pytest.mark.parametrize(
    "case",
    [each for each in CHANGES if "build" in each["change"] and each["case"] not in NO_PART_OF_A_SPEC],
    ids=lambda case: case["case"],
)
def test_a_build_input_changes_the_identity_exactly_when_it_updates_the_image(
    case: dict[str, Any], tmp_path: Path
) -> None:
    write_context(tmp_path / "fn")
    changed = BuildSpec(**case["change"]["build"])
    updates = case["diff"]["verdict"] == "update"
    assert (identity(changed, tmp_path) != identity(RECORDED, tmp_path)) is updates


def test_no_recorded_change_is_left_out() -> None:
    assert set(EDITS) == {each["case"] for each in CHANGES if each["change"] == "files"}
    assert set(NO_PART_OF_A_SPEC) <= {each["case"] for each in CHANGES if "build" in each["change"]}


# What counts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_context(tmp_path / "fn")
    return tmp_path


def changes(project: Path, edit: Callable[[Path], object]) -> bool:
    before = identity(RECORDED, project)
    edit(project / "fn")
    return identity(RECORDED, project) != before


def relink(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def test_the_identity_is_32_hex_digits_and_stays_the_same_over_releases(project: Path) -> None:
    assert identity(RECORDED, project) == "a3ba1aeed64a45166ec7d6b50db230e8"


def test_the_identity_of_a_context_beyond_the_dockerfile_stays_the_same_over_releases(project: Path) -> None:
    (project / "fn" / "Dockerfile.dockerignore").write_text("*\n!fn/lib\n")
    spec = replace(RECORDED, context=".", dockerfile="fn/Dockerfile", named_in=".")
    (project / "fn" / "Dockerfile.dockerignore").chmod(0o644)
    assert identity(spec, project) == "bd3f0ad51bc77402d5e85656e72ae6df"
    assert identity(replace(spec, named_in=None), project) == identity(spec, project)


@pytest.mark.parametrize(
    ("context", "names"),
    [
        (".", {"fn/Dockerfile", "fn/Dockerfile.dockerignore", "fn/lib/util.py"}),
        ("fn/lib", {"fn/Dockerfile", "fn/Dockerfile.dockerignore", "fn/lib/util.py"}),
    ],
)
def test_records_name_files_in_the_folder_that_is_asked_for(project: Path, context: str, names: set[str]) -> None:
    (project / "fn" / "Dockerfile.dockerignore").write_text("*\n!fn/lib\n!util.py\n")
    content = Content.read(replace(RECORDED, context=context, dockerfile="fn/Dockerfile", named_in="."), project)
    assert content.file_hashes.keys() == names
    assert content.record["context"] == context
    assert "context" not in Content.read(RECORDED, project).record


def test_paths_are_relative_to_the_working_directory_by_default(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert identity(RECORDED) == identity(RECORDED, project)
    assert file_hashes(RECORDED) == file_hashes(RECORDED, project)


def test_a_symbolic_link_counts_by_its_text(project: Path) -> None:
    for name, target in {"file": "app.py", "folder": "lib", "chain": "folder/util.py", "all": "."}.items():
        (project / "fn" / name).symlink_to(target)
    links = {path for path, file in context_files(RECORDED, project).items() if file.mode == "link"}
    assert links == {"file", "folder", "chain", "all"}
    assert changes(project, lambda folder: relink(folder / "file", "./app.py"))


def test_a_link_differs_from_a_file_with_its_target_as_text(project: Path) -> None:
    link = project / "fn" / "a"
    link.symlink_to("app.py")
    before = identity(RECORDED, project)
    link.unlink()
    link.write_text("app.py")
    assert identity(RECORDED, project) != before


def test_a_linked_dockerfile_counts_with_what_it_leads_to(project: Path) -> None:
    shutil.move(project / "fn" / "Dockerfile", project / "fn" / "lib" / "Dockerfile")
    (project / "fn" / "Dockerfile").symlink_to("lib/Dockerfile")
    assert changes(project, lambda folder: (folder / "lib" / "Dockerfile").write_text("FROM scratch\n"))


def test_a_dockerfile_outside_the_context_counts_with_its_own_ignore_file(project: Path) -> None:
    (project / "docker").mkdir()
    (project / "docker" / "fn.Dockerfile").write_text("FROM scratch\n")
    spec = replace(RECORDED, dockerfile="docker/fn.Dockerfile")
    before = identity(spec, project)
    (project / "docker" / "fn.Dockerfile.dockerignore").write_text("*.py\n")
    assert identity(spec, project) != before
    assert file_hashes(spec, project).keys() == {
        *("../docker/fn.Dockerfile", "../docker/fn.Dockerfile.dockerignore"),
        *("Dockerfile", ".dockerignore", "notes.md", "lib/util.py"),
    }


def test_the_ignore_file_of_the_dockerfile_wins_over_that_of_the_context(project: Path) -> None:
    (project / "fn" / "Dockerfile.dockerignore").write_text("*.py\n")
    assert context_files(RECORDED, project).keys() == {
        *("Dockerfile", "Dockerfile.dockerignore", ".dockerignore", "notes.md"),
        "lib/util.py",
    }


def test_dockerfile_and_ignore_file_count_even_if_everything_is_ignored(project: Path) -> None:
    (project / "fn" / ".dockerignore").write_text("*\n")
    assert file_hashes(RECORDED, project).keys() == {"Dockerfile", ".dockerignore"}
    assert changes(project, EDITS["Dockerfile: comment added"])
    assert changes(project, EDITS[".dockerignore itself changed"])
    assert not changes(project, EDITS["source file changed"])


def test_a_file_in_an_ignored_folder_counts_if_a_later_pattern_takes_it_back(project: Path) -> None:
    (project / "fn" / ".dockerignore").write_text("lib\n!lib/util.py\n")
    assert changes(project, EDITS["source file in a subfolder changed"])


@pytest.mark.parametrize("patterns", ["lib\n!lib/util.py\nlib\n", "lib/util.py\n!lib\n"])
def test_a_file_counts_if_one_of_dockers_two_readings_of_the_rules_keeps_it(project: Path, patterns: str) -> None:
    """BuildKit sends the first one, the docker plugin hashes the second one."""
    (project / "fn" / ".dockerignore").write_text(patterns)
    assert changes(project, EDITS["source file in a subfolder changed"])


def test_an_ignored_folder_is_not_looked_into_as_it_may_be_large(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_into, scandir = [], os.scandir

    def noted(folder: Any) -> Any:
        looked_into.append(os.path.relpath(folder, project))
        return scandir(folder)

    (project / "fn" / ".venv" / "lib").mkdir(parents=True)
    (project / "fn" / ".dockerignore").write_text(".venv\n")
    monkeypatch.setattr("os.scandir", noted)
    identity(RECORDED, project)
    assert sorted(looked_into) == ["fn", "fn/lib"]


def test_a_pattern_in_another_case_hides_no_file(project: Path) -> None:
    (project / "fn" / ".dockerignore").write_text("APP.PY\n")
    assert changes(project, EDITS["source file changed"])


def test_names_that_are_no_utf8_count_and_are_printable(project: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    assert changes(project, lambda folder: (folder / name).write_text("x"))
    assert "caf\\xe9.py" in file_hashes(RECORDED, project)
    json.dumps(file_hashes(RECORDED, project), ensure_ascii=False).encode("utf-8")


def test_the_files_that_differ_are_named_with_mode_and_content(project: Path) -> None:
    before = file_hashes(RECORDED, project)
    EDITS["chmod 644 -> 755"](project / "fn")
    EDITS["source file in a subfolder changed"](project / "fn")
    after = file_hashes(RECORDED, project)
    assert {path for path in before | after if before.get(path) != after.get(path)} == {"app.py", "lib/util.py"}
    assert before["app.py"].replace("0644", "0755") == after["app.py"]


# What is refused


def no_context(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file_as_context(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def a_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))


def an_invalid_pattern(folder: Path) -> None:
    (folder / ".dockerignore").write_text("a\n[z-a]\n")


def a_pipe_as_ignore_file(folder: Path) -> None:
    (folder / ".dockerignore").unlink()
    os.mkfifo(folder / ".dockerignore")


def a_folder_as_ignore_file(folder: Path) -> None:
    (folder / ".dockerignore").unlink()
    (folder / ".dockerignore").mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (no_context, "there is no folder 'fn' to build from"),
        (a_file_as_context, "there is no folder 'fn' to build from"),
        (lambda folder: (folder / "Dockerfile").unlink(), "there is no Dockerfile 'fn/Dockerfile'"),
        (a_pipe, "fn/pipe' is a socket, pipe or device: remove it, or name it in .*fn/.dockerignore"),
        (a_socket, "fn/socket' is a socket, pipe or device: remove it, or name it in .*fn/.dockerignore"),
        (an_invalid_pattern, r"fn/\.dockerignore: '\[z-a\]' has the range 'z-a', which goes backwards"),
        (a_folder_as_ignore_file, r"'.*fn/\.dockerignore' is not a file: delete it"),
        (a_pipe_as_ignore_file, r"'.*fn/\.dockerignore' is not a file: delete it"),
    ],
)
def test_a_context_that_makes_no_image_is_refused_with_the_remedy(
    project: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(project / "fn")
    for ask in (identity, file_hashes):
        with pytest.raises(ComponentError, match=message):
            ask(RECORDED, project)


def test_an_ignored_pipe_does_no_harm(project: Path) -> None:
    (project / "fn" / ".dockerignore").write_text("pipe\n")
    assert not changes(project, a_pipe)


def test_a_file_that_the_user_may_not_read_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("components.image.context.regular_file", refuse)
    with pytest.raises(ComponentError, match=r"can't read '.*': Permission denied; make it readable, or name it in"):
        identity(RECORDED, project)


def test_a_folder_that_the_user_may_not_enter_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(ComponentError, match=r"can't read '.*fn/Dockerfile': Permission denied; make it readable"):
        identity(RECORDED, project)


@pytest.mark.parametrize("paths", [{"context": "/fn"}, {"context": "fn", "dockerfile": "/fn/Dockerfile"}])
def test_an_absolute_path_which_would_differ_by_machine_is_refused(paths: dict[str, Any]) -> None:
    with pytest.raises(ComponentError, match="is an absolute path"):
        BuildSpec(**paths, platform="linux/amd64")


def test_the_identity_does_not_depend_on_the_process(project: Path) -> None:
    """Neither on hash seeds nor on the locale."""
    (project / "fn" / "é").write_text("x")
    code = (
        "import sys; from pathlib import Path; from components.image.content import BuildSpec, Content;"
        "spec = BuildSpec(context='fn', platform='linux/amd64', args={'BASE_IMAGE': 'lambda-base:local'});"
        "print(Content.read(spec, Path(sys.argv[1])).identity)"
    )
    for seed, locale in (("1", "C"), ("2", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", code, str(project)], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == identity(RECORDED, project)
