"""The workflows, replayed: who gets credentials, what runs before what, what a failure stops."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from delivery.comment import MARKER, UNAFFECTED
from delivery.environment import Environment
from delivery.issue import FAILED
from tests.workflows.replay import REPOSITORY, Replay, Replayed, built_act

PREVIEW_DEV = "pulumi --non-interactive preview --json --show-sames --stack dev"
PREVIEW = "pulumi/actions command=preview comment-on-summary=true diff=true{} exclude-dependents=true stack-name={}"
UPDATE = (
    "pulumi/actions command=up comment-on-summary=true continue-on-error=true{} exclude-dependents=true stack-name={}"
)
UPDATE_AGAIN = "pulumi/actions command=up continue-on-error=true exclude-dependents=true stack-name={}"
PROMOTE = "python -m delivery.promote --stack dev --wait"
PRUNE = "python -m delivery.prune --stack dev"
HAND_OVER = "python -m delivery.shipped --stack dev"
CHECK = "python -m delivery.health --stack dev"
PUSH: dict[str, Any] = {"ref": "refs/heads/main", "head_commit": {"id": "0" * 40}}
EXCLUDED = "urn:pulumi:{}::lambda-images::lambda-images:index:LambdaModule::thumbnail"


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    return Replay(tmp_path_factory.mktemp("replay"), built_act())


def pull_request(head: str, user: str = "octocat") -> dict[str, Any]:
    return {"pull_request": {"number": 7, "head": {"repo": {"full_name": head}}, "user": {"login": user}}}


@pytest.fixture(scope="module")
def ours(replay: Replay) -> Replayed:
    return replay.run("pull_request", pull_request(REPOSITORY))


@pytest.fixture(scope="module")
def forked(replay: Replay) -> Replayed:
    return replay.run("pull_request", pull_request("stranger/lambda-images"))


@pytest.fixture(scope="module")
def pushed(replay: Replay) -> Replayed:
    """With an issue about an earlier deployment that failed."""
    return replay.run("push", {**PUSH, "before": replay.revision("HEAD^1")}, issue="12")


@pytest.fixture(scope="module")
def staged(replay: Replay) -> Replayed:
    """A push after `staging` was added between the other stacks, which takes over the images of `dev`."""
    with chdir(replay.checkout):
        for file, content in Environment(name="staging", after="dev").files().items():
            file.write_text(content)
    replay.commit()
    try:
        return replay.run("push", {**PUSH, "before": replay.revision("HEAD^1")})
    finally:
        replay.undo_commit()


def test_a_pull_request_has_its_changed_module_checked_tested_and_built(ours: Replayed) -> None:
    assert ours.of("lint")[-1] == "make lint"
    assert ours.of("module")[-1] == "make test ARGS=--numprocesses 0 tests/modules/test_thumbnail.py"
    assert ours.of("test") == [], "the tests of the framework"
    assert ours.of("build")[-1] == (
        "docker build --progress=plain --file=modules/thumbnail/Dockerfile --platform=linux/amd64 modules/thumbnail"
    )
    assert (ours.code, ours.result("Gate")) == (0, "succeeded")


def test_dev_is_previewed_under_its_preview_role(ours: Replayed) -> None:
    assert [call["role"] for call in ours.calls if call["call"] == PREVIEW_DEV] == ["dev-preview-role"]


def test_the_report_becomes_a_comment_in_a_job_without_credentials(ours: Replayed) -> None:
    ((method, comment),) = ours.comments
    assert method == "POST"
    assert comment.startswith(f"{MARKER}\n### Preview of `dev`\n\nNothing would change.\n")
    assert {call["role"] for call in ours.calls if call["job"] == "report"} == {""}


def test_a_preview_that_fails_updates_the_comment_and_fails_the_gate(replay: Replay) -> None:
    replayed = replay.run("pull_request", pull_request(REPOSITORY), fail=PREVIEW_DEV, comment="11")
    ((method, comment),) = replayed.comments
    assert method == "PATCH"
    assert "**The preview of `dev` failed.**" in comment
    assert (replayed.code, replayed.result("Gate")) == (1, "failed")


def test_nothing_that_nobody_has_reviewed_gets_near_prod(ours: Replayed) -> None:
    assert [call for call in ours.calls if "prod" in call["call"] or "prod" in call["role"]] == []


def test_nothing_but_the_previews_has_credentials(ours: Replayed) -> None:
    assert {call["job"] for call in ours.with_credentials} == {"preview"}


def test_a_fork_gets_no_credentials_and_everything_else(forked: Replayed, ours: Replayed) -> None:
    assert forked.with_credentials == []
    assert (forked.of("preview"), forked.of("report")) == ([], [])
    for job in ("lint", "module", "build"):
        assert sorted(forked.of(job)) == sorted(ours.of(job)), "the jobs of a matrix run side by side"
    assert (forked.code, forked.result("Gate")) == (0, "succeeded")


def test_dependabot_gets_no_credentials(replay: Replay) -> None:
    replayed = replay.run("pull_request", pull_request(REPOSITORY, "dependabot[bot]"))
    assert (replayed.code, replayed.with_credentials, replayed.of("report")) == (0, [], [])


@pytest.mark.parametrize("call", ["make lint", "docker build", "gh api POST"])
def test_the_gate_fails_with_any_job_before_it(replay: Replay, call: str) -> None:
    replayed = replay.run("pull_request", pull_request(REPOSITORY), fail=call)
    assert (replayed.code, replayed.result("Gate")) == (1, "failed")


def test_a_pull_request_that_changes_a_document_alone_is_only_checked_and_tested(replay: Replay) -> None:
    """By the framework's tests, which read documents, too."""
    (replay.checkout / "README.md").write_text("Hello\n")
    replay.commit()
    try:
        replayed = replay.run("pull_request", pull_request(REPOSITORY), comment="11")
    finally:
        replay.undo_commit()
    assert {call["job"] for call in replayed.calls} == {"changes", "lint", "test", "report"}
    assert replayed.of("test")[-1] == "make test ARGS=-m 'not sandbox'"
    ((method, comment),) = replayed.comments
    assert (method, UNAFFECTED in comment) == ("PATCH", True)
    assert (replayed.code, replayed.result("Gate")) == (0, "succeeded")


def test_a_push_updates_dev_and_then_prod(pushed: Replayed) -> None:
    updates = [call["call"] for call in pushed.calls if "command=" in call["call"]]
    assert updates == [UPDATE.format("", "dev"), PREVIEW.format("", "prod"), UPDATE.format("", "prod")]
    assert pushed.code == 0


def test_prod_is_previewed_before_its_approval_under_its_own_role(pushed: Replayed) -> None:
    (preview,) = [call for call in pushed.calls if "command=preview" in call["call"]]
    assert (preview["job"], preview["role"]) == ("preview", "prod-preview-role")


def test_a_deployment_that_succeeds_closes_the_issue_about_an_earlier_one(pushed: Replayed) -> None:
    close = "gh api --method PATCH repos/octo/lambda-images/issues/12 -f state=closed -f state_reason=completed"
    assert [call for call in pushed.of("report") if "PATCH" in call] == [close, close], "of dev and of prod"


def test_a_stack_that_was_added_is_deployed_in_its_place(staged: Replayed) -> None:
    updates = [call["call"] for call in staged.calls if "command=" in call["call"]]
    assert updates == [
        UPDATE.format("", "dev"),
        *(PREVIEW.format("", "staging"), UPDATE.format("", "staging")),
        *(PREVIEW.format("", "prod"), UPDATE.format("", "prod")),
    ]
    assert staged.code == 0


def test_a_stack_that_was_added_is_previewed_under_its_own_role(staged: Replayed) -> None:
    previews = [call for call in staged.calls if "command=preview" in call["call"]]
    assert [call["role"] for call in previews] == ["staging-preview-role", "prod-preview-role"]


@pytest.mark.parametrize(("stack", "before"), [("staging", "dev"), ("prod", "staging")])
def test_a_stack_gets_exactly_the_images_that_the_one_before_it_has_shipped_in_this_run(
    staged: Replayed, stack: str, before: str
) -> None:
    """Checked before anything changes, for the preview as for the update."""
    taking = [call for call in staged.calls if call.get("images") and stack in call["call"].split("=")[-1].split()]
    calls = [call["call"] for call in taking]
    preflight = f"python -m delivery.preflight --stack {stack}"
    assert [call for call in calls if "preflight" in call or "command=" in call] == [
        *(preflight, PREVIEW.format("", stack), preflight, UPDATE.format("", stack))
    ]
    assert {call["images"] for call in taking} == {f"images of {before} in run 1\n"}


def test_only_the_stack_that_builds_needs_docker(staged: Replayed) -> None:
    assert len([call for call in staged.calls if call["call"].startswith("docker")]) == 1


def test_images_that_are_not_handed_over_stop_the_next_stack(replay: Replay) -> None:
    replayed = replay.run("push", PUSH, fail=HAND_OVER)
    assert replayed.of("update")[-1] == HAND_OVER
    assert [call for call in replayed.calls if "stack-name=prod" in call["call"]] == []


def test_a_push_that_changes_a_document_alone_deploys_nothing(replay: Replay) -> None:
    (replay.checkout / "README.md").write_text("Hello\n")
    replay.commit()
    try:
        replayed = replay.run("push", {**PUSH, "before": replay.revision("HEAD^1")})
    finally:
        replay.undo_commit()
    assert {call["job"] for call in replayed.calls} == {"changes"}
    assert replayed.code == 0


def test_a_push_after_which_a_dockerfile_elsewhere_differs_is_deployed(replay: Replay) -> None:
    """Also in a folder that no deployment reads by itself."""
    elsewhere = replay.checkout / "docs" / "python.Dockerfile"
    elsewhere.parent.mkdir()
    elsewhere.write_text("FROM scratch\n")
    with (replay.checkout / "modules" / "thumbnail" / "module.yaml").open("a") as settings:
        settings.write("dockerfile: ../../docs/python.Dockerfile\n")
    replay.commit()
    elsewhere.write_text("FROM scratch\nLABEL changed=yes\n")
    replay.commit()
    try:
        replayed = replay.run("push", {**PUSH, "before": replay.revision("HEAD^1")})
    finally:
        replay.undo_commit()
        replay.undo_commit()
    assert UPDATE.format("", "dev") in [call["call"] for call in replayed.calls]


def test_a_push_beside_nothing_known_is_deployed(replay: Replay) -> None:
    replayed = replay.run("push", {**PUSH, "before": "0" * 40})
    assert UPDATE.format("", "prod") in [call["call"] for call in replayed.calls]


def by_hand(workflow: str, **inputs: str) -> dict[str, Any]:
    return {"ref": "refs/heads/main", "inputs": inputs, "workflow": f".github/workflows/{workflow}.yml"}


def test_modules_that_fail_can_be_excluded_by_name_so_that_prod_gets_the_others(replay: Replay) -> None:
    replayed = replay.run("workflow_dispatch", by_hand("deploy", exclude="thumbnail"), workflow="deploy")
    calls = [call["call"] for call in replayed.calls if "command=" in call["call"]]
    dev, prod = (f" exclude={EXCLUDED.format(stack)}" for stack in ("dev", "prod"))
    assert calls == [UPDATE.format(dev, "dev"), PREVIEW.format(prod, "prod"), UPDATE.format(prod, "prod")]
    preflights = [call for call in replayed.calls if "delivery.preflight" in call["call"]]
    assert [call["excluded"] for call in preflights] == ["thumbnail", "thumbnail"]


def test_a_module_that_there_is_not_is_not_excluded_in_silence(replay: Replay) -> None:
    replayed = replay.run("workflow_dispatch", by_hand("deploy", exclude="thumbnial"), workflow="deploy")
    assert replayed.code == 1
    assert "can't exclude thumbnial: there is no such module" in replayed.transcript
    assert [call for call in replayed.calls if "command=" in call["call"]] == []


def test_a_lock_is_released_by_hand_under_the_deploy_role(replay: Replay) -> None:
    replayed = replay.run("workflow_dispatch", by_hand("release-lock", stack="dev"), workflow="release-lock")
    last = replayed.calls[-1]
    assert (last["call"], last["role"]) == ("pulumi cancel --yes --stack dev", "deploy-role")
    assert replayed.code == 0


def test_what_an_earlier_update_left_is_put_in_order_before_each_update(pushed: Replayed) -> None:
    calls = [call["call"].split(" ")[0] for call in pushed.calls]
    packages = ["actions/setup-python", "python", "pip"]
    ready = [*packages, "docker", "curl", "aws-actions/configure-aws-credentials"]
    credentials = "aws-actions/configure-aws-credentials"
    recovery, summary, hand_over = ["pulumi", "pulumi", "python"], ["python"], ["python", "actions/upload-artifact"]
    after = [credentials, "python", *summary, "python", "python", *hand_over]
    update = [*recovery, *summary, "pulumi/actions", *after]
    taking = [*(name for name in ready if name != "docker"), "actions/download-artifact", "python"]
    preview, report = [*taking, "pulumi/actions"], ["gh", "gh"]
    assert calls == [*packages, *ready, *update, *report, *preview, *taking, *update, *report]
    assert pushed.transcript.count("Nothing to recover.") == 2


def test_an_engine_of_another_sum_is_not_run(replay: Replay) -> None:
    with (replay.checkout / ".pulumi.sha256").open("r+") as sums:
        sums.write("0" * 64)
    try:
        replayed = replay.run("workflow_dispatch", by_hand("release-lock", stack="dev"), workflow="release-lock")
        done = replay.execute(".github/actions/engine/install")
    finally:
        replay.undo_changes()
    assert replayed.code == 1
    assert replayed.calls[-1]["call"].startswith("curl ")
    assert done.returncode == 1
    assert "is not what .pulumi.sha256 says" in done.stdout


def test_an_engine_keeps_no_debug_log_on_a_runner(replay: Replay, tmp_path: Path) -> None:
    assert replay.execute(".github/actions/engine/install", PULUMI_HOME=str(tmp_path)).returncode == 0
    assert (tmp_path / "logs").read_text() == ""
    (tmp_path / "logs").unlink()
    (tmp_path / "logs").mkdir()  # of a runner that keeps its home
    assert replay.execute(".github/actions/engine/install", PULUMI_HOME=str(tmp_path)).returncode == 0
    assert (tmp_path / "logs").is_dir()


def test_an_engine_without_a_sum_is_not_run(replay: Replay) -> None:
    (replay.checkout / ".pulumi.sha256").write_text("")
    try:
        replayed = replay.run("workflow_dispatch", by_hand("release-lock", stack="dev"), workflow="release-lock")
        done = replay.execute(".github/actions/engine/install")
    finally:
        replay.undo_changes()
    assert replayed.code == 1
    assert not any(call["call"].startswith(("curl", "pulumi")) for call in replayed.calls)
    assert ".pulumi.sha256 has no sum of pulumi-v" in done.stdout


def test_updates_run_under_the_deploy_role(pushed: Replayed) -> None:
    updates = [
        call
        for call in pushed.calls
        if call["job"] == "update" and call["call"].startswith(("pulumi", "python -m delivery"))
    ]
    assert {call["role"] for call in updates} == {"deploy-role"}


def test_a_failure_in_dev_stops_prod_but_the_canaries_of_other_modules_are_watched(replay: Replay) -> None:
    update = UPDATE.format("", "dev")
    replayed = replay.run("push", PUSH, fail=update)
    assert replayed.code == 1
    calls = replayed.of("update")
    assert PROMOTE in calls[calls.index(update) :]
    ((method, issue),) = replayed.comments
    assert (method, issue.splitlines()[1]) == ("POST", FAILED.format("dev").rstrip())
    assert [call for call in replayed.calls if "stack-name=prod" in call["call"]] == []


def test_a_canary_that_is_given_up_stops_prod_and_one_of_an_earlier_run_stops_nothing(replay: Replay) -> None:
    replayed = replay.run("push", PUSH, fail=PROMOTE)
    assert [call for call in replayed.of("update") if call in (PROMOTE, UPDATE.format("", "dev"))] == [
        PROMOTE,
        UPDATE.format("", "dev"),
        PROMOTE,
    ]
    assert replayed.code == 1
    assert [call for call in replayed.calls if "stack-name=prod" in call["call"]] == []


def test_the_stack_is_updated_again_after_its_canaries_and_a_pruning_that_fails_stops_nothing(replay: Replay) -> None:
    replayed = replay.run("push", PUSH, ended="thumbnail", fail=PRUNE)
    order = [UPDATE.format("", "dev"), UPDATE_AGAIN.format("dev"), PRUNE]
    assert [call for call in replayed.of("update") if call in order] == order
    assert UPDATE.format("", "prod") in [call["call"] for call in replayed.calls]
    assert replayed.code == 0


def test_a_stack_that_is_not_healthy_fails_its_deployment_and_stops_prod(replay: Replay) -> None:
    replayed = replay.run("push", PUSH, fail=CHECK)
    assert replayed.code == 1
    assert replayed.of("update")[-1] == CHECK
    assert [call for call in replayed.calls if "stack-name=prod" in call["call"]] == []


def test_a_recovery_that_fails_stops_the_update(replay: Replay) -> None:
    replayed = replay.run("push", PUSH, fail="pulumi stack export")
    assert replayed.code == 1
    assert [call for call in replayed.calls if "command=up" in call["call"]] == []


def test_drift_has_an_issue_for_each_stack_that_is_closed_when_it_is_over(replay: Replay) -> None:
    replayed = replay.run("workflow_dispatch", by_hand("drift"), workflow="drift", drift="adder differs", issue="12")
    checks = {call["call"]: call["role"] for call in replayed.calls if "delivery.drift" in call["call"]}
    assert checks == {
        **{"python -m delivery.drift --stack dev": "dev-preview-role"},
        **{"python -m delivery.drift --stack prod": "prod-preview-role"},
    }
    ((method, issue),) = replayed.comments
    assert (method, issue.splitlines()[:2]) == ("PATCH", ["<!-- lambda-images: drift dev -->", "adder differs"])
    assert replayed.of("report")[-1].endswith("/issues/12 -f state=closed -f state_reason=completed"), "of prod"
    assert {call["role"] for call in replayed.calls if call["job"] == "report"} == {""}
    assert replayed.code == 0


def test_a_check_for_drift_that_fails_is_not_drift(replay: Replay) -> None:
    check = "python -m delivery.drift --stack dev"
    replayed = replay.run("workflow_dispatch", by_hand("drift"), workflow="drift", issue="12", fail=check)
    assert replayed.comments == []
    assert len([call for call in replayed.of("report") if "state=closed" in call]) == 1, "of prod"
    assert replayed.code == 1


def test_canaries_are_promoted_by_hand_under_the_deploy_role(replay: Replay) -> None:
    inputs = by_hand("promote", stack="dev", module="thumbnail")
    replayed = replay.run("workflow_dispatch", inputs, workflow="promote")
    last = replayed.calls[-1]
    assert (last["call"], last["role"]) == ("python -m delivery.promote --stack=dev --wait -- thumbnail", "deploy-role")


def test_an_unknown_stack_is_refused_before_there_are_credentials(replay: Replay) -> None:
    replayed = replay.run("workflow_dispatch", by_hand("promote", stack="staging"), workflow="promote")
    assert (replayed.code, replayed.calls, replayed.result("Check the stack")) == (1, [], "failed")
