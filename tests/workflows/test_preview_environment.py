"""The workflow of preview environments, replayed: who gets one, what it contains, and how it ends."""

import json
from typing import Any

import pytest
import yaml

from delivery.environment_comment import DESTROYED, FAILED, MARKER
from delivery.environment_report import NO_MODULE
from tests.workflows.replay import REPOSITORY, Replay, Replayed, built_act

WORKFLOW = "preview-environment"
CREATE = "pulumi stack select --create --secrets-provider awskms://alias/pulumi-pr?region=eu-central-1 pr-7"
UPDATE = "pulumi/actions command=up comment-on-summary=true continue-on-error=true stack-name=pr-7"
DESTROY = [
    "pulumi --non-interactive stack export --stack pr-7",
    "pulumi --non-interactive cancel --yes --stack pr-7",
    "pulumi --non-interactive destroy --yes --skip-preview --continue-on-error",
    "pulumi --non-interactive stack rm --yes pr-7",
]
DEFAULT_BRANCH = "actions/checkout persist-credentials=false ref=main"


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A checkout with a template, whose last commit changed the module `thumbnail`."""
    replay = Replay(tmp_path_factory.mktemp("replay"), built_act())
    template = {
        "secretsprovider": "awskms://alias/pulumi-pr?region=eu-central-1",
        "encryptedkey": "QUJD",
        "config": {"aws:region": "eu-central-1", "lambda-images:pipeline": {"enabled": False}},
    }
    (replay.checkout / "Pulumi.pr.yaml").write_text(yaml.safe_dump(template))
    replay.commit()
    replay.commit_module()
    return replay


@pytest.fixture(autouse=True)
def _clean(replay: Replay) -> None:
    """No stack's file is left from the replay before."""
    (replay.checkout / "Pulumi.pr-7.yaml").unlink(missing_ok=True)


def event(
    action: str,
    state: str = "open",
    labels: tuple[str, ...] = ("preview",),
    label: str = "",
    head: str = REPOSITORY,
    user: str = "octocat",
) -> dict[str, Any]:
    pull_request = {
        "number": 7,
        "state": state,
        "labels": [{"name": name} for name in labels],
        "head": {"repo": {"full_name": head}},
        "user": {"login": user},
    }
    repository = {"default_branch": "main", "full_name": REPOSITORY}
    given = {"action": action, "pull_request": pull_request, "repository": repository}
    return {**given, "label": {"name": label}} if label else given


def run(replay: Replay, given: dict[str, Any], **options: str) -> Replayed:
    return replay.run("pull_request", given, workflow=WORKFLOW, pull=json.dumps(given["pull_request"]), **options)


def pulumi(replayed: Replayed, job: str) -> list[str]:
    return [call for call in replayed.of(job) if call.startswith("pulumi")]


@pytest.fixture(scope="module")
def labelled(replay: Replay) -> Replayed:
    return run(replay, event("labeled", label="preview"))


def test_a_labelled_pull_request_gets_a_stack_with_what_it_changes(replay: Replay, labelled: Replayed) -> None:
    calls = pulumi(labelled, "up")
    assert calls[:2] == [CREATE, "pulumi cancel --yes --stack pr-7"]
    assert calls[calls.index(UPDATE) + 1 :] == ["pulumi --non-interactive stack output --json --stack pr-7"]
    assert "Nothing to recover." in labelled.transcript
    assert 'modules=["thumbnail"]' in labelled.transcript
    assert {call["role"] for call in labelled.calls if call["call"].startswith("pulumi")} == {"deploy-role"}
    assert labelled.code == 0


def test_what_it_can_be_called_by_becomes_a_comment_in_a_job_without_credentials(labelled: Replayed) -> None:
    ((method, comment),) = labelled.comments
    assert method == "POST"
    assert comment.startswith(f"{MARKER}\n### Preview environment `pr-7`\n")
    assert "| `thumbnail` |" in comment
    assert {call["role"] for call in labelled.calls if call["job"] == "report"} == {""}
    assert {call["job"] for call in labelled.with_credentials} == {"up"}


def test_a_new_push_updates_it(replay: Replay) -> None:
    replayed = run(replay, event("synchronize"), comment="11")
    assert UPDATE in replayed.of("up")
    assert [method for method, _ in replayed.comments] == ["PATCH"]
    assert replayed.of("down") == []


@pytest.mark.parametrize(
    "given",
    [
        event("labeled", label="preview", head="stranger/lambda-images"),
        event("synchronize", head="stranger/lambda-images"),
        event("closed", state="closed", head="stranger/lambda-images"),
        event("synchronize", user="dependabot[bot]"),
        event("synchronize", labels=()),
        event("synchronize", labels=("previews",)),
        event("labeled", labels=("preview", "bug"), label="bug"),
        event("unlabeled", labels=("preview",), label="bug"),
        event("closed", state="closed", labels=()),
    ],
    ids=[
        *("fork labelled", "fork pushed", "fork closed", "dependabot", "no label", "another label"),
        *("another label added", "another label removed", "closed without the label"),
    ],
)
def test_nothing_runs_for_others(replay: Replay, given: dict[str, Any]) -> None:
    replayed = run(replay, given)
    assert (replayed.code, replayed.calls) == (0, [])


def test_an_update_that_fails_is_reported_and_fails(replay: Replay) -> None:
    replayed = run(replay, event("synchronize"), fail=UPDATE)
    assert (replayed.code, replayed.result("Up")) == (1, "failed")
    ((_, comment),) = replayed.comments
    assert "**The update failed.**" in comment


def test_a_job_that_fails_before_its_update_is_reported(replay: Replay) -> None:
    replayed = run(replay, event("synchronize"), fail=CREATE)
    assert replayed.code == 1
    assert UPDATE not in replayed.of("up")
    ((_, comment),) = replayed.comments
    assert "**The update failed.**" in comment


@pytest.mark.parametrize(
    "given",
    [event("closed", state="closed"), event("unlabeled", labels=(), label="preview")],
    ids=["closed", "unlabelled"],
)
def test_its_end_destroys_it_with_the_code_of_the_default_branch(replay: Replay, given: dict[str, Any]) -> None:
    replayed = run(replay, given, comment="11")
    assert replayed.of("up") == []
    assert replayed.of("down")[0] == DEFAULT_BRANCH
    assert pulumi(replayed, "down") == DESTROY
    ((method, comment),) = replayed.comments
    assert (method, DESTROYED in comment) == ("PATCH", True)
    assert replayed.code == 0


def test_one_that_was_reopened_meanwhile_is_kept(replay: Replay) -> None:
    reopened = json.dumps(event("reopened")["pull_request"])
    replayed = replay.run("pull_request", event("closed", state="closed"), workflow=WORKFLOW, pull=reopened)
    assert pulumi(replayed, "down") == []
    assert "pr-7 is kept" in replayed.transcript


def test_a_failed_destruction_fails_the_job_and_is_reported(replay: Replay) -> None:
    replayed = run(replay, event("closed", state="closed"), fail=DESTROY[2])
    assert (replayed.code, replayed.result("Down pr-7")) == (1, "failed")
    ((_, comment),) = replayed.comments
    assert FAILED in comment
    assert DESTROY[3] not in pulumi(replayed, "down")


def test_a_pull_request_that_changes_no_module_any_more_has_it_destroyed(replay: Replay) -> None:
    (replay.checkout / "README.md").write_text("Hello\n")
    replay.commit()
    try:
        replayed = run(replay, event("synchronize"))
    finally:
        replay.undo_commit()
    assert pulumi(replayed, "up") == DESTROY
    ((_, comment),) = replayed.comments
    assert NO_MODULE in comment
    assert replayed.code == 0


def test_without_a_template_it_says_how_to_get_one(replay: Replay) -> None:
    (replay.checkout / "Pulumi.pr.yaml").unlink()
    try:
        replayed = run(replay, event("labeled", label="preview"))
    finally:
        replay.undo_changes()
    assert {call["call"] for call in replayed.calls} == {DEFAULT_BRANCH}
    assert "follow 'Preview environments' in docs/github-actions.md" in replayed.transcript
    assert replayed.code == 0


SCHEDULED = {"schedule": "41 3 * * *", "repository": {"default_branch": "main", "full_name": REPOSITORY}}


def sweep(replay: Replay, unused: str, fail: str = "") -> Replayed:
    pull = json.dumps(event("closed", state="closed")["pull_request"])
    return replay.run("schedule", SCHEDULED, workflow=WORKFLOW, unused=unused, pull=pull, fail=fail)


def test_what_was_left_behind_is_destroyed_on_a_schedule(replay: Replay) -> None:
    replayed = sweep(replay, '["pr-7", "pr-8"]')
    downs = [call for call in pulumi(replayed, "down") if " destroy " in call]
    assert downs == [DESTROY[2]] * 2
    assert sorted(call for call in pulumi(replayed, "down") if " rm " in call) == [DESTROY[3], DESTROY[3][:-1] + "8"]
    assert (replayed.of("up"), replayed.comments) == ([], [])
    assert replayed.code == 0


def test_a_sweep_that_finds_nothing_destroys_nothing(replay: Replay) -> None:
    replayed = sweep(replay, "[]")
    assert (replayed.code, replayed.of("down")) == (0, [])


def test_a_stack_that_can_t_be_destroyed_does_not_keep_others(replay: Replay) -> None:
    replayed = sweep(replay, '["pr-7", "pr-8"]', fail="pulumi rm pr-7")
    assert replayed.code == 1
    assert DESTROY[3][:-1] + "8" in pulumi(replayed, "down")


def test_stacks_that_were_found_are_destroyed_even_if_others_were_not(replay: Replay) -> None:
    replayed = sweep(replay, '["pr-7"]', fail="python delivery.unused_stacks")
    assert (replayed.code, pulumi(replayed, "down")) == (1, DESTROY)
