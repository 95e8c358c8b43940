"""The update that creates the repositories of new modules alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PULUMI = """#!/bin/sh
printf '%s\\n' "$*" >>calls
[ "$2 $3" = "stack output" ] && echo '{"old": {"version": "7"}}' && exit
cat "$ONLY_REPOSITORIES" >limited.json
echo created
exit ${CODE:-0}
"""
START = "urn:pulumi:dev::shop::lambda-images:index:LambdaModule"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    for name in ("new", "new-too", "old"):
        Path("modules", name).mkdir(parents=True)
    Path("bin").mkdir()
    Path("bin/pulumi").write_text(PULUMI)
    Path("bin/pulumi").chmod(0o755)


def run(modules: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "delivery.repositories", modules, "--stack", "dev"],
        env={"PATH": f"{Path.cwd()}/bin:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT), **environ},
        capture_output=True,
        text=True,
    )


def test_the_update_is_limited_to_exactly_what_belongs_to_the_repositories() -> None:
    """A pattern such as `new-*` would also match the repository of `new-too`, and the update would delete it."""
    assert run("new").returncode == 0
    output, update = Path("calls").read_text().splitlines()
    assert output == "--non-interactive stack output --json"
    assert update.split() == [
        *("--non-interactive", "up", "--yes", "--skip-preview"),
        f"--target={START}::new",
        f"--target={START}$aws:ecr/repository:Repository::new-repository",
        f"--target={START}$aws:ecr/lifecyclePolicy:LifecyclePolicy::new-lifecycle",
        f"--target={START}$aws:ecr/repositoryPolicy:RepositoryPolicy::new-pull",
    ]


def test_the_program_is_given_the_modules_and_the_outputs_that_stay() -> None:
    assert run("new new-too").returncode == 0
    limited = json.loads(Path("limited.json").read_text())
    assert limited == {"modules": ["new", "new-too"], "outputs": {"old": {"version": "7"}}}


def test_without_new_modules_nothing_runs() -> None:
    assert run("").returncode == 0
    assert not Path("calls").exists()


def test_a_failure_is_passed_on() -> None:
    failed = run("new", CODE="4")
    assert (failed.returncode, failed.stdout) == (4, "created\n")


def test_an_unknown_module_is_refused() -> None:
    refused = run("new gone")
    assert refused.returncode == 1
    assert refused.stderr == "error: can't create repositories of unknown modules: gone\n"
    assert not Path("calls").exists()
