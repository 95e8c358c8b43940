import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.naming import OWNER_TAG
from delivery import recover
from delivery.existing import Existing
from delivery.recover import PulumiResult, Recovery, RecoveryError, last_run_failed
from delivery.unfinished import Unfinished

InAws = dict[tuple[str, str], Existing]

DONE = PulumiResult(0, "", "")
STACK = "urn:pulumi:dev::lambda-images"
MODULE = "lambda-images:index:LambdaModule"
COMPONENT: Mapping[str, Any] = {"type": MODULE, "urn": f"{STACK}::{MODULE}::a", "parent": f"{STACK}::the-stack"}
OURS = {OWNER_TAG: "lambda-images/dev"}


def made(type: str, logical_name: str, tags: Mapping[str, str] = OURS, **inputs: str) -> dict[str, Any]:
    return {
        "type": type,
        "urn": f"{STACK}::{type}::{logical_name}",
        "inputs": {"name": "a", **inputs},
        "outputs": {"tags": dict(tags), "description": "settings abc"},
        "parent": COMPONENT["urn"],
        "provider": f"{STACK}::pulumi:providers:aws::default::id",
        "custom": True,
    }


FUNCTION = made("aws:lambda/function:Function", "a-function")
ROLE = made("aws:iam/role:Role", "a-role")
LOGS = made("aws:cloudwatch/logGroup:LogGroup", "a-logs")
BUILDS = [f"{STACK}::pulumi:index:Stash::{name}-build" for name in "ab"]
UNPUBLISHED = "error: a: the function 'a' has no version with the wanted image and settings: its newest version, 3, has"


class Engine:
    """A stack's state and a `pulumi` that works on it: it records the commands, and answers those that are given."""

    def __init__(self, *resources: Mapping[str, Any], **answers: PulumiResult) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.imported: list[str] = []
        self.resources = list(resources)
        self._answers = answers

    def __call__(self, *arguments: str) -> PulumiResult:
        self.commands.append(arguments)
        if arguments[0] == "import":
            listed = json.loads(Path(arguments[2]).read_text())["resources"]
            self.imported = [resource["id"] for resource in listed if "id" in resource]
        if arguments[:2] == ("stack", "import"):
            self.resources = json.loads(Path(arguments[3]).read_text())["deployment"]["resources"]
        if arguments[:2] == ("stack", "export"):
            return PulumiResult(0, json.dumps({"version": 3, "deployment": {"resources": self.resources}}), "a warning")
        return self._answers.get(arguments[0], DONE)

    @property
    def verbs(self) -> list[str]:
        return [" ".join(command[:2]) if command[0] in ("stack", "state") else command[0] for command in self.commands]


@pytest.fixture(autouse=True)
def in_aws(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Existing]:
    """What AWS has: by type and name."""
    there: dict[tuple[str, str], Existing] = {}

    def found(kind: str, inputs: Mapping[str, Any], client: object) -> Existing | None:
        return there.get((kind, inputs["name"]))

    monkeypatch.setattr(recover, "look_up", found)
    return there


def recovery(engine: Engine) -> Recovery:
    return Recovery(engine, lambda service: None)


def finished(engine: Engine, unfinished: Unfinished) -> list[str]:
    return list(recovery(engine).repair_from_state(unfinished))


def previewed(*creates: Mapping[str, Any]) -> PulumiResult:
    steps = [{"op": "create", "urn": one["urn"], "newState": one} for one in (COMPONENT, *creates)]
    return PulumiResult(0, json.dumps({"steps": steps}), "")


def test_nothing_unfinished_asks_pulumi_nothing() -> None:
    engine = Engine()
    assert finished(engine, Unfinished()) == []
    assert engine.commands == []


def test_unfinished_builds_are_renewed() -> None:
    engine = Engine()
    assert finished(engine, Unfinished(builds=BUILDS)) == [
        "a-build: its image was not finished and will be built again",
        "b-build: its image was not finished and will be built again",
    ]
    assert engine.commands == [("state", "taint", "--yes", *BUILDS)]


def test_the_state_of_what_failed_is_read_again() -> None:
    engine = Engine(ROLE)
    assert finished(engine, Unfinished(failed=[ROLE])) == ["a-role: its last update failed, so its state was refreshed"]
    assert engine.commands[0] == ("refresh", "--yes", "--skip-preview", f"--target={ROLE['urn']}")
    assert "stack import" not in engine.verbs


def test_a_function_that_failed_is_published_by_the_next_update_whatever_aws_has() -> None:
    """Its code may have been updated without a version: nothing differs then, and the provider publishes nothing."""
    engine = Engine(FUNCTION, ROLE)
    assert (
        finished(engine, Unfinished(failed=[FUNCTION]))[-1] == "a-function: the next update will publish a new version"
    )
    assert engine.verbs == ["refresh", "stack export", "stack import"]
    function, role = engine.resources
    assert (function["outputs"]["description"], role["outputs"]["description"]) == ("", "settings abc")


def test_what_a_killed_run_created_is_imported_and_what_it_did_not_create_is_not(in_aws: InAws) -> None:
    in_aws[FUNCTION["type"], "a"] = Existing("a", OURS)
    engine = Engine()
    done = finished(engine, Unfinished(pending_creates=[FUNCTION, ROLE], to_refresh=["urn::stack"]))
    assert done == ["a-function: already exists and was imported", "the pending operations were cleared"]
    assert engine.verbs == ["import", "refresh"]
    assert engine.imported == ["a"]


def test_what_can_be_created_again_is_only_forgotten() -> None:
    engine = Engine()
    policy = made("aws:ecr/lifecyclePolicy:LifecyclePolicy", "a-lifecycle")
    finished(engine, Unfinished(pending_creates=[policy], to_refresh=["urn::stack"]))
    assert engine.verbs == ["refresh"]


def test_an_import_that_fails_forgets_nothing(in_aws: InAws) -> None:
    in_aws[ROLE["type"], "a"] = Existing("a", OURS)
    engine = Engine(**{"import": PulumiResult(255, "error: AccessDenied: iam:GetRole", "")})
    with pytest.raises(RecoveryError, match="AccessDenied"):
        finished(engine, Unfinished(pending_creates=[FUNCTION, ROLE], to_refresh=["urn::stack"]))
    assert engine.verbs == ["import"]


def test_pulumi_refreshes_only_what_is_unknown() -> None:
    engine = Engine()
    finished(engine, Unfinished(to_refresh=["urn::stack", "urn::a-live"]))
    (refresh,) = engine.commands
    assert refresh[-2:] == ("--target=urn::stack", "--target=urn::a-live")


def test_a_lock_is_reported_with_the_remedy() -> None:
    locked = "error: the stack is currently locked by 1 lock(s). Created by me@there (pid 7) at 2026-01-02T03:04:05Z"
    engine = Engine(state=PulumiResult(255, "", locked))
    with pytest.raises(RecoveryError, match=r"pid 7(.|\n)*pulumi cancel"):
        finished(engine, Unfinished(builds=BUILDS))


def test_what_was_created_without_the_state_knowing_is_imported(in_aws: InAws) -> None:
    in_aws[LOGS["type"], "a"] = Existing("a", OURS)
    engine = Engine(preview=previewed(LOGS, ROLE))
    assert list(recovery(engine).repair_from_preview()) == ["a-logs: already exists and was imported"]
    assert engine.imported == ["a"]


def test_nothing_is_done_about_what_is_not_there() -> None:
    engine = Engine(preview=previewed(LOGS))
    assert list(recovery(engine).repair_from_preview()) == []
    assert "import" not in engine.verbs


def test_what_another_stack_has_made_is_left_to_it(in_aws: InAws) -> None:
    in_aws[LOGS["type"], "a"] = Existing("a", {OWNER_TAG: "lambda-images/prod"})
    engine = Engine(preview=previewed(LOGS))
    (message,) = recovery(engine).repair_from_preview()
    assert "a-logs: already exists, but its tag does not name this stack" in message
    assert "python -m delivery.recover --stack dev --adopt a`" in message
    assert "import" not in engine.verbs


def test_what_anybody_has_made_is_taken_over_for_an_adopted_module(in_aws: InAws) -> None:
    in_aws[LOGS["type"], "a"] = Existing("a", {})
    engine = Engine(preview=previewed(LOGS))
    assert list(recovery(engine).repair_from_preview(adopted=["a"])) == ["a-logs: already exists and was imported"]


def test_what_waits_for_its_deletion_is_restored_only_if_it_is_the_stack_s(in_aws: InAws) -> None:
    restored: list[str] = []
    secret = made("aws:secretsmanager/secret:Secret", "a-KEY")
    for owner in ("prod", "dev"):
        tags = {OWNER_TAG: f"lambda-images/{owner}"}
        in_aws[secret["type"], "a"] = Existing("arn:a", tags, lambda owner=owner: restored.append(owner))  # type: ignore[misc]  # mypy can't infer a lambda with a default
        list(recovery(Engine(preview=previewed(secret))).repair_from_preview())
    assert restored == ["dev"]


def test_an_answer_that_aws_refuses_is_reported_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(kind: str, inputs: object, client: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DescribeLogGroups")

    monkeypatch.setattr(recover, "look_up", denied)
    with pytest.raises(RecoveryError, match=r"can't find out whether a-logs already exists: .*AccessDenied"):
        list(recovery(Engine(preview=previewed(LOGS))).repair_from_preview())


def test_an_unknown_module_to_adopt_is_refused() -> None:
    with pytest.raises(RecoveryError, match="can't take over resources of unknown modules: b"):
        list(recovery(Engine(preview=previewed(LOGS))).repair_from_preview(adopted=["b"]))


def test_a_function_without_a_version_of_its_newest_code_is_published_again() -> None:
    other = made("aws:lambda/function:Function", "b-function", name="b")
    engine = Engine(FUNCTION, other, preview=PulumiResult(255, json.dumps({"steps": []}), UNPUBLISHED))
    assert list(recovery(engine).repair_from_preview()) == ["a-function: the next update will publish a new version"]
    assert [one["outputs"]["description"] for one in engine.resources] == ["", "settings abc"]


def test_a_preview_that_fails_for_one_module_is_worth_something_for_another(in_aws: InAws) -> None:
    in_aws[LOGS["type"], "a"] = Existing("a", OURS)
    steps = json.loads(previewed(LOGS).stdout)["steps"]
    answers = [PulumiResult(255, json.dumps({"steps": steps}), ""), PulumiResult(255, json.dumps({"steps": []}), "")]

    class Failing(Engine):
        def __call__(self, *arguments: str) -> PulumiResult:
            return answers.pop(0) if arguments[0] == "preview" else super().__call__(*arguments)

    assert list(recovery(Failing()).repair_from_preview()) == ["a-logs: already exists and was imported"]


def test_a_module_that_has_everything_can_be_adopted_again() -> None:
    engine = Engine(COMPONENT, preview=previewed())
    assert list(recovery(engine).repair_from_preview(adopted=["a"])) == []


def test_a_preview_that_fails_for_another_reason_is_left_to_the_update_to_report() -> None:
    engine = Engine(FUNCTION, preview=PulumiResult(255, "", "error: modules/a/module.yaml:2: memorySize is 7"))
    assert list(recovery(engine).repair_from_preview()) == []
    assert "stack import" not in engine.verbs


def test_what_is_found_may_let_more_be_looked_for(in_aws: InAws) -> None:
    """What depends on it is next then; what was tried is not tried again."""
    alias = made("aws:lambda/alias:Alias", "a-live")
    previews = [previewed(FUNCTION, {**alias, "dependencies": [FUNCTION["urn"]]}), previewed(alias), previewed(alias)]
    in_aws[FUNCTION["type"], "a"], in_aws[alias["type"], "a"] = Existing("a", OURS), Existing("a/live")

    class Growing(Engine):
        def __call__(self, *arguments: str) -> PulumiResult:
            return previews.pop(0) if arguments[0] == "preview" else super().__call__(*arguments)

    assert list(recovery(Growing()).repair_from_preview()) == [
        "a-function: already exists and was imported",
        "a-live: already exists and was imported",
    ]
    assert previews == []


def test_all_of_a_returning_module_may_be_there_already(in_aws: InAws) -> None:
    in_aws[LOGS["type"], "a"] = Existing("a", OURS)
    dependent = {**LOGS, "dependencies": [ROLE["urn"]]}
    for returning, found in (((), []), (["a"], ["a-logs: already exists and was imported"])):
        assert list(recovery(Engine(preview=previewed(ROLE, dependent))).repair_from_preview(returning)) == found


@pytest.mark.parametrize(
    ("state", "run", "failed"),
    [
        ([FUNCTION], ("update", "succeeded"), False),
        ([FUNCTION], ("update", "failed"), True),
        ([FUNCTION], ("refresh", "succeeded"), True),
        ([], ("destroy", "succeeded"), False),
        ([], ("update", "failed"), True),
        ([], None, False),
    ],
)
def test_a_preview_is_worth_its_time_only_after_a_failure(
    state: list[Any], run: tuple[str, str] | None, failed: bool
) -> None:
    runs = [{"kind": run[0], "result": run[1]}] if run else []
    answered = PulumiResult(0, json.dumps(runs), "")
    assert last_run_failed({"deployment": {"resources": state}}, lambda *words: answered) is failed


def test_a_stack_that_does_not_exist_yet_has_nothing_to_recover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words are those of the engine, if PULUMI_STACK names a stack that the backend doesn't have."""
    engine = tmp_path / "pulumi"
    said = "error: no stack selected; please use `pulumi stack select` to choose one"
    engine.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(sys, "argv", ["recover", "--stack", "dev"])
    recover.main()
    assert capsys.readouterr().out == "The stack doesn't exist yet: nothing to recover.\n"
