import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from delivery import affected

PROJECT = Path(__file__).parents[2]
IMAGE = {"module": "thumbnail", "stack": "dev"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the stacks `dev` and `prod` and two modules in its first commit; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    write("Pulumi.yaml", "name: shop\nconfig:\n  parallel:\n    default: 4\n")
    write("Pulumi.dev.yaml", "config:\n  shop:keepImages: '7'\n")
    write("Pulumi.prod.yaml", "config:\n  shop:keepImages: '70'\n")
    for module in ("ai-model", "thumbnail"):
        write(f"modules/{module}/app.py", f"# {module}\n")
        write(f"modules/{module}/Dockerfile", "FROM scratch\n")
        write(f"modules/{module}/.dockerignore", "*.md\nevents/\nmodule.yaml\n")
        write(f"modules/{module}/events/smoke.json", "{}\n")
    git("init", "--quiet")
    commit()
    return tmp_path


def write(path: str, text: str) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def git(*arguments: str) -> None:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *settings, *arguments], check=True)


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "change")


def found() -> tuple[list[dict[str, str]], bool]:
    """What the change that is about to be committed affects."""
    commit()
    return affected.compare("HEAD^1")


def test_no_image_is_built_for_a_stack_that_takes_its_images_from_another(repository: Path) -> None:
    pipeline = "  shop:pipeline: {after: dev, images: copy}\n"
    write("Pulumi.prod.yaml", f"config:\n  shop:architecture: arm64\n{pipeline}")
    assert found() == ([], True)
    write("modules/thumbnail/app.py", "answer = 43\n")
    assert found() == ([IMAGE], True)


def test_a_changed_file_affects_its_module_alone(repository: Path) -> None:
    write("modules/thumbnail/app.py", "answer = 43\n")
    assert found() == ([IMAGE], True)


def test_a_file_that_moves_affects_the_modules_at_both_ends(repository: Path) -> None:
    write("modules/ai-model/more.py", "more = 1\n" * 20)
    commit()
    Path("modules/ai-model/more.py").rename("modules/thumbnail/more.py")
    assert found() == ([{"module": "ai-model", "stack": "dev"}, IMAGE], True)


def test_a_module_that_is_gone_is_not_built_but_leaves_the_stacks(repository: Path) -> None:
    shutil.rmtree("modules/thumbnail")
    assert found() == ([], True)


def test_a_setting_that_builds_nothing_affects_the_stacks_alone(repository: Path) -> None:
    write("modules/thumbnail/module.yaml", "timeout: 31\n")
    assert found() == ([], True)


@pytest.mark.parametrize("path", ["modules/_drafts/app.py", "modules/.cache/app.py", "modules/thumbnail/notes.md"])
def test_what_no_image_contains_is_not_built(repository: Path, path: str) -> None:
    write(path, "1\n")
    assert found()[0] == []


def test_a_name_that_is_no_ascii_is_taken_as_it_is(repository: Path) -> None:
    write("modules/thumbnail/größe.py", "1\n")
    assert found() == ([IMAGE], True)


def test_a_document_affects_nothing(repository: Path) -> None:
    write("README.md", "Hello\n")
    assert found() == ([], False)


OUTSIDE = {
    "a Dockerfile elsewhere": {"docs/x.Dockerfile": "FROM scratch\nLABEL a=b\n"},
    "its ignore file": {"docs/x.Dockerfile.dockerignore": "app.py\nmodule.yaml\n"},
    "the folder that a module is a link to": {"examples/linked/app.py": "changed = 1\n"},
    "build arguments of the module": {
        "modules/thumbnail/module.yaml": "dockerfile: ../../docs/x.Dockerfile\nbuildArgs: {A: '1'}\n"
    },
    "build arguments of the stack": {"Pulumi.dev.yaml": "config:\n  shop:buildArgs: {A: '1'}\n"},
    "build arguments that the stack gives a module": {
        "Pulumi.dev.yaml": "config:\n  shop:modules: {thumbnail: {target: app}, linked: {buildArgs: {A: '1'}}}\n"
    },
    "build arguments of the project": {"Pulumi.yaml": "name: shop\nconfig:\n  buildArgs:\n    default: {A: '1'}\n"},
    "the target and the architecture of another stack": {
        "Pulumi.prod.yaml": "config:\n  shop:architecture: arm64\n  shop:modules: {thumbnail: {target: app}}\n"
    },
}
BUILT = {
    "a Dockerfile elsewhere": [IMAGE],
    "its ignore file": [IMAGE],
    "the folder that a module is a link to": [{"module": "linked", "stack": "dev"}],
    "build arguments of the module": [IMAGE],
    "build arguments of the stack": [{"module": name, "stack": "dev"} for name in ("ai-model", "linked", "thumbnail")],
    "build arguments that the stack gives a module": [{"module": "linked", "stack": "dev"}, IMAGE],
    "build arguments of the project": [
        {"module": name, "stack": "dev"} for name in ("ai-model", "linked", "thumbnail")
    ],
    "the target and the architecture of another stack": [
        {"module": name, "stack": "prod"} for name in ("ai-model", "linked", "thumbnail")
    ],
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_whatever_an_image_depends_on_is_seen_wherever_it_lies(repository: Path, what: str) -> None:
    """Also in a folder that no deployment reads by itself."""
    write("docs/x.Dockerfile", "FROM scratch\n")
    write("docs/x.Dockerfile.dockerignore", "module.yaml\n")
    write("modules/thumbnail/module.yaml", "dockerfile: ../../docs/x.Dockerfile\n")
    shutil.copytree("modules/ai-model", "examples/linked")
    Path("modules/linked").symlink_to("../examples/linked")
    commit()
    for path, text in OUTSIDE[what].items():
        write(path, text)
    assert found() == (BUILT[what], True)


def test_a_shared_file_affects_the_modules_whose_context_has_it_and_no_other(repository: Path) -> None:
    for module in ("ai-model", "thumbnail"):
        write(f"modules/{module}/module.yaml", "context: ../..\n")
        write(f"modules/{module}/Dockerfile.dockerignore", f"*\n!shared\n!modules/{module}/app.py\n")
    shutil.copytree("modules/thumbnail/events", "modules/other/events")
    write("modules/other/Dockerfile", "FROM scratch\n")
    write("shared/pricing.py", "price = 1\n")
    commit()
    write("shared/pricing.py", "price = 2\n")
    assert found() == ([{"module": "ai-model", "stack": "dev"}, IMAGE], True)
    write("modules/thumbnail/app.py", "answer = 43\n")
    assert found() == ([IMAGE], True)
    write("modules/other/app.py", "answer = 43\n")
    assert found() == ([{"module": "other", "stack": "dev"}], True)


def test_a_smoke_event_in_the_folder_that_a_module_is_a_link_to_affects_the_stacks(repository: Path) -> None:
    shutil.copytree("modules/ai-model", "examples/linked")
    Path("modules/linked").symlink_to("../examples/linked")
    commit()
    write("examples/linked/events/smoke.json", '{"n": 1}\n')
    assert found() == ([], True)


def test_an_image_that_differs_in_each_stack_is_built_for_each(repository: Path) -> None:
    write("Pulumi.prod.yaml", "config:\n  shop:buildArgs: {A: '1'}\n")
    commit()
    write("modules/thumbnail/app.py", "answer = 43\n")
    assert found() == ([IMAGE, {**IMAGE, "stack": "prod"}], True)


def test_a_module_that_runs_the_image_of_another_has_none_to_build(repository: Path) -> None:
    write("modules/user/module.yaml", "image: {module: thumbnail}\nsmoke: {event: {}}\n")
    assert found() == ([], True)


def test_everything_counts_as_changed_beside_a_commit_that_is_not_there(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a forced push, for the first push of a branch, or without a commit before, as when started by hand."""
    for base in ("0" * 40, "nosuch", ""):
        assert affected.compare(base) == ([{"module": "ai-model", "stack": "dev"}, IMAGE], True)
        assert "everything counts as changed" in capsys.readouterr().err


def test_everything_counts_as_changed_beside_a_commit_with_mistakes(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("modules/thumbnail/module.yaml", "timout: 5\n")
    commit()
    Path("modules/thumbnail/module.yaml").unlink()
    assert found() == ([{"module": "ai-model", "stack": "dev"}, IMAGE], True)
    assert "modules/thumbnail/module.yaml:1: timout" in capsys.readouterr().err


def test_mistakes_in_the_checkout_are_reported_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("modules/thumbnail/module.yaml", "timout: 5\n")
    monkeypatch.setattr(sys, "argv", ["delivery.affected", "HEAD"])
    with pytest.raises(SystemExit, match=r"error: modules/thumbnail/module\.yaml:1: timout") as ended:
        affected.main()
    assert str(ended.value).count("timout is") == 1
    with pytest.raises(ComponentError):
        affected.compare("HEAD")


def test_the_outputs_are_lines_that_a_step_hands_on(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("tests/modules/test_thumbnail.py", "")
    write("modules/thumbnail/app.py", "answer = 43\n")
    commit()
    monkeypatch.setattr(sys, "argv", ["delivery.affected", "HEAD^1"])
    affected.main()
    outputs = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert outputs.keys() == {"images", "stacks", "framework", "tests", "stages", "depth", "previews", "all"}
    own = {"module": "thumbnail", "file": "tests/modules/test_thumbnail.py"}
    assert (json.loads(outputs["images"]), json.loads(outputs["tests"])) == ([IMAGE], [own])
    assert (outputs["stacks"], outputs["framework"], outputs["depth"]) == ("true", "false", "1")


def test_a_stack_that_the_pipeline_does_not_deploy_has_nothing_built(repository: Path) -> None:
    write("Pulumi.prod.yaml", "config:\n  shop:pipeline: {enabled: false}\n  shop:buildArgs: {A: '1'}\n")
    commit()
    write("modules/thumbnail/app.py", "answer = 43\n")
    assert found() == ([IMAGE], True)


@pytest.mark.parametrize(
    ("path", "framework"),
    [
        ("modules/thumbnail/app.py", False),
        ("modules/thumbnail/deep/app.py", False),
        ("tests/modules/test_thumbnail.py", False),
        ("Pulumi.prod.yaml", False),
        ("shared/pricing/__init__.py", False),
        ("modules/_templates/python/handler.py", True),
        ("modules/module.schema.json", True),
        ("tests/modules/test_template_python.py", True),
        ("tests/modules/running.py", True),
        ("Pulumi.yaml", True),
        ("components/naming.py", True),
        ("README.md", True),
    ],
)
def test_the_frameworks_tests_are_for_what_users_do_not_write(path: str, framework: bool) -> None:
    assert affected.affects_framework(["modules/ai-model/app.py", path]) is framework


@pytest.mark.parametrize(
    ("changed", "images", "modules"),
    [
        (["modules/ai-model/events/smoke.json"], [], ["ai-model"]),
        (["tests/modules/test_ai_model.py"], [], ["ai-model"]),
        (["docs/x.Dockerfile"], [{"module": "ai-model", "stack": "dev"}], ["ai-model"]),
        (["modules/thumbnail/app.py"], [IMAGE], []),
        (["components/naming.py", "modules/README.md"], [], []),
        (None, [], ["ai-model"]),
    ],
    ids=["its file", "its test", "its image", "a module without a test", "the framework", "everything"],
)
def test_a_modules_own_tests_are_for_its_changes(
    repository: Path, changed: list[str] | None, images: list[dict[str, str]], modules: list[str]
) -> None:
    write("tests/modules/test_ai_model.py", "")
    assert [test["module"] for test in affected.own_tests(changed, images)] == modules


MODEL = "weights" * 1000


def test_the_pointer_of_a_large_file_stands_for_its_content(repository: Path) -> None:
    """In a base it always is a pointer, and in the checkout it may be."""

    def pointer(content: str) -> str:
        digest = hashlib.sha256(content.encode()).hexdigest()
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"

    model = "modules/thumbnail/model.bin"
    write(model, pointer(MODEL))
    commit()
    git("commit", "--quiet", "--allow-empty", "--message", "another")
    assert affected.compare("HEAD^1")[0] == []
    write(model, MODEL)
    assert affected.compare("HEAD^1")[0] == []
    write(model, pointer(MODEL + "more"))
    assert affected.compare("HEAD^1")[0] == [IMAGE]


@pytest.fixture
def vendored(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a submodule of `thumbnail`, which has a submodule itself."""
    origins = tmp_path_factory.mktemp("origins")
    for name in ("inner", "outer"):
        with chdir(origins):
            git("init", "--quiet", name)
        with chdir(origins / name):
            write("library.py", f"# {name}\n")
            if name == "outer":
                git("submodule", "--quiet", "add", str(origins / "inner"), "inner")
            commit()
    git("submodule", "--quiet", "add", str(origins / "outer"), "modules/thumbnail/vendor")
    git("submodule", "--quiet", "update", "--init", "--recursive")
    commit()
    return repository


def test_a_submodule_changes_what_is_built_from_it_with_its_commit_alone(vendored: Path) -> None:
    write("README.md", "Hello\n")
    assert found() == ([], False)
    with chdir("modules/thumbnail/vendor"):
        write("library.py", "changed = 1\n")
        commit()
    assert found() == ([IMAGE], True)
    write("README.md", "Hello again\n")
    assert found() == ([], False)


def test_a_commit_of_a_submodule_that_the_checkout_does_not_know_counts_as_another(vendored: Path) -> None:
    """As in a pipeline, whose checkout has only the newest one."""
    with chdir("modules/thumbnail/vendor"):
        write("library.py", "changed = 1\n")
        commit()
    commit()
    origin = Path("modules/thumbnail/vendor").resolve()
    with chdir(vendored.parent):
        git("clone", "--quiet", "--depth=2", f"file://{vendored}", "shallow")
    with chdir(vendored.parent / "shallow"):
        settings = ("-c", f"submodule.modules/thumbnail/vendor.url=file://{origin}")
        git(*settings, "submodule", "--quiet", "update", "--init", "--recursive", "--depth=1")
        assert affected.compare("HEAD^1") == ([IMAGE], True)


def test_no_worktree_of_a_submodule_is_left_behind(vendored: Path) -> None:
    write("README.md", "Hello\n")
    found()
    for folder in ("modules/thumbnail/vendor", "modules/thumbnail/vendor/inner"):
        command = ["git", "-C", folder, "worktree", "list"]
        assert len(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()) == 1


def test_no_worktree_is_left_behind(repository: Path) -> None:
    write("README.md", "Hello\n")
    found()
    listed = subprocess.run(["git", "worktree", "list"], check=True, capture_output=True, text=True)
    assert len(listed.stdout.splitlines()) == 1


READS = """
import json, os, sys
read = set()
def note(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, os.PathLike)):
        read.add(os.path.abspath(arguments[0]))
sys.addaudithook(note)
import pulumi
from delivery import affected, build, changes, recover
from components import lambda_module, encryption_key
from components.monitoring import monitoring
affected.shipped()
print(json.dumps(sorted(read)))
"""


def files_read(no_cache: Path) -> list[str]:
    """All paths of the project that importing the program, the pipeline's commands, and reading the modules touches."""
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(no_cache)}  # else sources that are compiled already aren't read
    command = [sys.executable, "-B", "-c", READS]
    done = subprocess.run(command, cwd=PROJECT, env=environ, check=True, capture_output=True, text=True)
    paths: list[str] = json.loads(done.stdout)
    inside = (Path(path) for path in paths if Path(path).is_relative_to(PROJECT))
    return [path.relative_to(PROJECT).as_posix() + ("/" if path.is_dir() else "") for path in inside]


def test_a_deployment_reads_nothing_that_is_listed_as_unread(tmp_path: Path) -> None:
    read = files_read(tmp_path)
    assert {"Pulumi.yaml", "Pulumi.prod.yaml", "components/modules.py", "modules/thumbnail/handler.py"} <= {*read}
    assert [path for path in read if path.startswith(affected.UNREAD)] == []


def test_what_is_listed_as_unread_exists() -> None:
    made = {"Pulumi.local.yaml", ".github/CODEOWNERS"}  # by the sandbox; by the setup for GitHub
    there: list[Any] = [path for path in affected.UNREAD if path in made or list(PROJECT.glob(f"{path.rstrip('/')}*"))]
    assert there == [*affected.UNREAD]
