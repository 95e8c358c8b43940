"""What every workflow keeps to, whatever it does."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from delivery.affected import DEPLOYED
from sandbox import go_build
from tests.workflows.actions import INPUTS
from tests.workflows.files import ACTIONS, GITHUB, PROJECT, WORKFLOWS, read, steps

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
PINS = re.compile(r"uses: (.*)")

JOBS = [pytest.param(job, id=f"{file.stem}-{name}") for file in WORKFLOWS for name, job in read(file)["jobs"].items()]


def pins() -> list[str]:
    lines = [line for file in [*WORKFLOWS, *ACTIONS] for line in PINS.findall(file.read_text())]
    return [line for line in lines if not line.startswith("./")]


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    assert [pin for pin in pins() if not PINNED.fullmatch(pin)] == []


def test_an_action_has_one_version_everywhere() -> None:
    versions = {tuple(pin.split("@")) for pin in pins()}
    assert len(versions) == len({action for action, _ in versions})


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_grants_nothing_to_all_its_jobs(file: Path) -> None:
    assert read(file)["permissions"] == {}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_reason_stands_beside_every_grant(file: Path) -> None:
    grants = re.findall(r"^ +[a-z-]+: (?:read|write)\b(.*)$", file.read_text(), re.MULTILINE)
    assert all(re.match(r" # \w", reason) for reason in grants)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_ends_by_itself_in_time(job: dict[str, Any]) -> None:
    assert "uses" in job or job["timeout-minutes"] <= 120


def test_no_script_has_an_expression_in_it() -> None:
    scripts = [step.content.get("run", "") for step in steps()]
    assert len([script for script in scripts if script]) > 5
    assert [script for script in scripts if "${{" in script] == []


def test_a_script_with_a_pipe_fails_where_any_part_of_it_does() -> None:
    """GitHub's default shell has no pipefail; the one that is named `bash` has."""
    piped = [step.content for step in steps() if " | " in step.content.get("run", "")]
    assert len(piped) > 0
    assert all(step.get("shell") == "bash" for step in piped)


def test_no_checkout_leaves_its_token_behind() -> None:
    checkouts = [step.content for step in steps() if step.content.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) > 5
    assert all(checkout["with"]["persist-credentials"] is False for checkout in checkouts)


def test_no_action_is_given_an_input_that_it_does_not_have() -> None:
    given = {
        (step.content["uses"].partition("@")[0], name)
        for step in steps()
        if "@" in step.content.get("uses", "")
        for name in step.content.get("with", {})
    }
    assert [(action, name) for action, name in given if name not in INPUTS[action]] == []


def test_the_gate_waits_for_every_other_job() -> None:
    jobs = read(GITHUB / "workflows" / "pull-request.yml")["jobs"]
    assert set(jobs["gate"]["needs"]) == jobs.keys() - {"gate"}


def test_a_deployment_follows_every_change_that_affects_a_stack_and_no_other() -> None:
    paths = read(GITHUB / "workflows" / "deploy.yml")["on"]["push"]["paths"]
    assert paths == [f"{path}**" if path.endswith("/") else path for path in DEPLOYED]


def test_what_affects_a_stack_is_there() -> None:
    assert [path for path in DEPLOYED if not (PROJECT / path).exists()] == []


def test_the_engine_that_deploys_is_the_one_that_the_sandbox_builds() -> None:
    assert (PROJECT / ".pulumi.version").read_text().strip() == go_build._pinned_version()


def test_a_commit_is_checked_by_tools_that_make_lint_uses() -> None:
    (hooks,) = (repo["hooks"] for repo in read(PROJECT / ".pre-commit-config.yaml")["repos"])
    lint = (PROJECT / "Makefile").read_text()
    assert [hook["id"] for hook in hooks if hook["entry"].split()[0] not in lint] == []


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ("success success skipped", 0),
        ("success failure skipped", 1),
        ("success cancelled skipped", 1),
    ],
)
def test_the_gate_passes_what_succeeded_or_had_nothing_to_do_alone(results: str, code: int) -> None:
    (step,) = read(GITHUB / "workflows" / "pull-request.yml")["jobs"]["gate"]["steps"]
    assert subprocess.run(["bash", "-e", "-c", step["run"]], env={"RESULTS": results}).returncode == code
