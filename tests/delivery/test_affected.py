import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from delivery import affected

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two modules in its first commit; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    for module in ("ai-model", "thumbnail"):
        (tmp_path / "modules" / module).mkdir(parents=True)
        (tmp_path / "modules" / module / "app.py").write_text(f"# {module}\nanswer = 42\n")
    git("init", "--quiet")
    commit()
    return tmp_path


def git(*arguments: str) -> None:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *settings, *arguments], check=True)


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "change")


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    commit()
    affected.main("HEAD^1")
    return capsys.readouterr().out.splitlines()


def test_a_changed_file_affects_its_module_alone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "modules" / "thumbnail" / "app.py").write_text("answer = 43\n")
    assert printed(capsys) == ['modules=["thumbnail"]', "stacks=true"]


def test_a_file_that_moves_affects_the_modules_at_both_ends(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    modules = repository / "modules"
    (modules / "ai-model" / "more.py").write_text("more = 1\n" * 20)
    commit()
    (modules / "ai-model" / "more.py").rename(modules / "thumbnail" / "more.py")
    assert printed(capsys) == ['modules=["ai-model", "thumbnail"]', "stacks=true"]


def test_a_module_that_is_gone_is_not_built_but_leaves_the_stacks(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(repository / "modules" / "thumbnail")
    assert printed(capsys) == ["modules=[]", "stacks=true"]


@pytest.mark.parametrize("path", ["_drafts/app.py", ".cache/app.py", "README.md"])
def test_what_is_no_module_is_not_built(repository: Path, capsys: pytest.CaptureFixture[str], path: str) -> None:
    file = repository / "modules" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("1\n")
    assert printed(capsys)[0] == "modules=[]"


def test_a_name_that_is_no_ascii_is_taken_as_it_is(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "modules" / "thumbnail" / "größe.py").write_text("1\n")
    assert printed(capsys) == ['modules=["thumbnail"]', "stacks=true"]


def test_a_document_affects_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "README.md").write_text("Hello\n")
    assert printed(capsys) == ["modules=[]", "stacks=false"]


@pytest.mark.parametrize("path", ["__main__.py", "components/arn.py", "Pulumi.prod.yaml", "requirements.txt"])
def test_the_program_and_its_settings_affect_the_stacks(path: str) -> None:
    assert affected.affects_stacks([path])


@pytest.mark.parametrize("path", ["Pulumi.local.yaml", "sandbox/stack.py", "requirements-dev.txt", "docs/modules/a.md"])
def test_what_no_stack_in_the_cloud_reads_does_not(path: str) -> None:
    assert not affected.affects_stacks([path])


def test_it_starts_with_nothing_but_the_standard_library() -> None:
    start = f"import sys; sys.path.append({str(PROJECT)!r}); import delivery.affected"
    subprocess.run([sys.executable, "-I", "-S", "-c", start], check=True)
