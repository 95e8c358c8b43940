"""What every workflow keeps to, whatever it does."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from delivery.stages import MAX_STAGES
from sandbox.offline import engine_build
from tests.workflows.actions import INPUTS
from tests.workflows.files import ACTIONS, GITHUB, PROJECT, WORKFLOWS, read, steps

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
PINS = re.compile(r"uses: (.*)")

NAMED: dict[str, dict[str, Any]] = {
    f"{file.stem}-{name}": job for file in WORKFLOWS for name, job in read(file)["jobs"].items()
}
JOBS = [pytest.param(job, id=name) for name, job in NAMED.items()]
DEPLOYING = [pytest.param(job, id=name) for name, job in NAMED.items() if job.get("environment", "pr") != "pr"]


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


READS_MODULES = re.compile(
    r"delivery\.(affected|build|drift|images|pull_request_stack|report|repositories) |make test |command: (preview|up)"
)
BUILDS = re.compile(r"delivery\.(build|drift|report) |make test (?!.*not sandbox)|command: (preview|up)")


@pytest.mark.parametrize("job", JOBS)
def test_a_job_checks_out_submodules_if_it_reads_modules_and_large_files_if_it_builds_them(job: dict[str, Any]) -> None:
    does = "\n".join(
        f"{step.get('run', '')} command: {step.get('with', {}).get('command', '')}" for step in job.get("steps", [])
    )
    checkouts = [step["with"] for step in job.get("steps", []) if step.get("uses", "").startswith("actions/checkout@")]
    reads, builds = bool(READS_MODULES.search(does)), bool(BUILDS.search(does))
    assert all((checkout.get("submodules") == "recursive") == reads for checkout in checkouts)
    assert all(bool(checkout.get("lfs")) == builds for checkout in checkouts)


def test_no_action_is_given_an_input_that_it_does_not_have() -> None:
    given = {
        (step.content["uses"].partition("@")[0], name)
        for step in steps()
        if "@" in step.content.get("uses", "")
        for name in step.content.get("with", {})
    }
    assert [(action, name) for action, name in given if name not in INPUTS[action]] == []


def test_no_job_that_gets_credentials_takes_anything_from_a_cache_that_other_jobs_write_to() -> None:
    credentialed = [job for job in NAMED.values() if "id-token" in job.get("permissions", {})]
    taken = [step for job in credentialed for step in job.get("steps", [])]
    taken += [step for file in ACTIONS for step in read(file)["runs"]["steps"]]
    assert len(credentialed) > 3
    assert [step for step in taken if "actions/cache" in step.get("uses", "") or "cache" in step.get("with", {})] == []


def test_the_gate_waits_for_every_other_job() -> None:
    jobs = read(GITHUB / "workflows" / "pull-request.yml")["jobs"]
    assert set(jobs["gate"]["needs"]) == jobs.keys() - {"gate"}


def test_no_workflow_has_a_list_of_paths_of_its_own() -> None:
    """What a change affects is for `delivery.affected` to say, which asks the program."""
    for file in WORKFLOWS:
        triggers = read(file)["on"]
        filters = [key for trigger in triggers.values() if isinstance(trigger, dict) for key in trigger]
        assert not {"paths", "paths-ignore"} & {*filters}, file


def test_each_stage_of_a_deployment_is_a_job_that_waits_for_the_one_before() -> None:
    jobs = read(GITHUB / "workflows" / "deploy.yml")["jobs"]
    stages = [name for name, job in jobs.items() if job.get("uses", "").endswith("/deploy-stack.yml")]
    assert len(stages) == MAX_STAGES
    for number, name in enumerate(stages):
        assert jobs[name]["needs"] == (["changes", stages[number - 1]] if number else "changes")
        assert jobs[name]["if"].endswith(f"needs.changes.outputs.depth >= {number + 1}")
        chosen = f"${{{{ fromJSON(needs.changes.outputs.stages)[{number}] }}}}"
        assert jobs[name]["strategy"] == {"fail-fast": False, "matrix": {"include": chosen}}


def test_the_stages_are_alike() -> None:
    jobs = read(GITHUB / "workflows" / "deploy.yml")["jobs"].values()
    stages = [job for job in jobs if job.get("uses", "").endswith("/deploy-stack.yml")]
    assert all((job["permissions"], job["with"]) == (stages[0]["permissions"], stages[0]["with"]) for job in stages)


def test_no_workflow_names_a_stack() -> None:
    """So that an environment is added without editing one."""
    for file in WORKFLOWS:
        assert re.findall(r"(?<![\w-])(?:dev|prod|DEV_\w+|PROD_\w+)\b", file.read_text()) == [], file


@pytest.mark.parametrize("name", ["promote", "release-lock", "rollback"])
@pytest.mark.parametrize(("stack", "code"), [("prod", 0), ("staging", 1)])
def test_a_typed_stack_must_have_a_file_before_its_environment_is_used(name: str, stack: str, code: int) -> None:
    jobs = read(GITHUB / "workflows" / f"{name}.yml")["jobs"]
    (deploying,) = (job for job in jobs.values() if "environment" in job)
    assert deploying["needs"] == "check"
    script = jobs["check"]["steps"][-1]["run"]
    checked = subprocess.run(["bash", "-e", "-c", script], cwd=PROJECT, env={"STACK": stack}, capture_output=True)
    assert checked.returncode == code


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ({}, ["delivery.rollback", "--stack=prod", "--reason=", "--", "thumbnail"]),
        (
            {"VERSION": "7", "REASON": "wrong $(colours)"},
            ["delivery.rollback", "--stack=prod", "--reason=wrong $(colours)", "--to=7", "--", "thumbnail"],
        ),
        ({"END": "true"}, ["delivery.release", "--stack=prod", "--", "thumbnail"]),
    ],
    ids=["rollback", "to a version", "end"],
)
def test_a_rollback_passes_its_inputs_on_as_they_are(given: dict[str, str], called: list[str], tmp_path: Path) -> None:
    environ = {"STACK": "prod", "MODULE": "thumbnail", "VERSION": "", "REASON": "", "END": "false", **given}
    assert last_step_called("rollback", environ, tmp_path) == ["-m", *called]


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ({"MODULE": ""}, ["delivery.promote", "--stack=prod", "--wait"]),
        ({}, ["delivery.promote", "--stack=prod", "--wait", "--", "thumbnail"]),
        ({"FINISH": "true"}, ["delivery.release", "--stack=prod", "--", "thumbnail"]),
    ],
    ids=["all modules", "one module", "finish"],
)
def test_a_promotion_passes_its_inputs_on_as_they_are(given: dict[str, str], called: list[str], tmp_path: Path) -> None:
    environ = {"STACK": "prod", "MODULE": "thumbnail", "FINISH": "false", **given}
    assert last_step_called("promote", environ, tmp_path) == ["-m", *called]


def last_step_called(workflow: str, environ: dict[str, str], folder: Path) -> list[str]:
    """The arguments that the last step of a workflow gives to Python."""
    *_, job = read(GITHUB / "workflows" / f"{workflow}.yml")["jobs"].values()
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    command = ["bash", "-e", "-c", job["steps"][-1]["run"]]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True).stdout.splitlines()


def test_a_lock_is_released_where_no_deployment_of_the_stack_can_run() -> None:
    update = read(GITHUB / "workflows" / "deploy-stack.yml")["jobs"]["update"]
    release = read(GITHUB / "workflows" / "release-lock.yml")["jobs"]["release"]
    assert release["concurrency"] == update["concurrency"]
    assert release["environment"] == update["environment"]


@pytest.mark.parametrize("job", DEPLOYING)
@pytest.mark.parametrize(("ref", "code"), [("refs/heads/main", 0), ("refs/heads/mine", 1), ("refs/tags/main", 1)])
def test_a_job_with_a_deploy_role_refuses_every_branch_but_main_first(job: dict[str, Any], ref: str, code: int) -> None:
    refused = subprocess.run(
        ["bash", "-e", "-c", job["steps"][0]["run"]], env={"GITHUB_REF": ref}, capture_output=True, text=True
    )
    assert refused.returncode == code
    assert refused.stdout == ("" if code == 0 else f"::error::Only main is deployed, and this is {ref}.\n")


@pytest.mark.parametrize("workflow", ["promote", "release-lock", "rollback"])
def test_a_stack_that_has_no_file_is_refused_by_name(workflow: str, tmp_path: Path) -> None:
    script = read(GITHUB / "workflows" / f"{workflow}.yml")["jobs"]["check"]["steps"][-1]["run"]
    for stack in ("dev", "prod"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    for stack, code, said in (
        ("dev", 0, ""),
        (
            "staging",
            1,
            "::error::Pulumi.staging.yaml does not exist. The stack files are: Pulumi.dev.yaml Pulumi.prod.yaml\n",
        ),
    ):
        command = ["bash", "-e", "-c", script]
        checked = subprocess.run(command, cwd=tmp_path, env={"STACK": stack}, capture_output=True, text=True)
        assert (checked.returncode, checked.stdout) == (code, said)


def test_only_preview_environments_have_an_environment_that_every_branch_may_use() -> None:
    """Its role may change nothing but the stacks of pull requests."""
    names = {name for name, job in NAMED.items() if job.get("environment") == "pr"}
    assert names == {f"preview-environment-{job}" for job in ("up", "unused", "down")}


def test_jobs_for_the_same_preview_environment_wait_for_each_other() -> None:
    groups = {name: NAMED[f"preview-environment-{name}"]["concurrency"] for name in ("up", "down")}
    assert groups == {
        "up": {
            "group": "preview-environment-pr-${{ github.event.pull_request.number }}",
            "cancel-in-progress": False,
        },
        "down": {"group": "preview-environment-${{ matrix.stack }}", "cancel-in-progress": False},
    }


def test_no_job_but_previews_and_builds_gets_credentials_without_an_environment() -> None:
    """A job that calls another workflow hands its permissions on."""
    credentialed = [name for name, job in NAMED.items() if "id-token" in job.get("permissions", {})]
    free = [name for name in credentialed if "environment" not in NAMED[name] and "uses" not in NAMED[name]]
    builds = ["deploy-stack-plan", "deploy-stack-build"]  # their role trusts `main` alone, and only pushes images
    assert free == [*builds, "deploy-stack-preview", "drift-check", "pull-request-preview"]


def test_the_engine_that_deploys_is_the_one_that_the_sandbox_builds() -> None:
    assert (PROJECT / ".pulumi.version").read_text().strip() == engine_build._pinned_version()


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
