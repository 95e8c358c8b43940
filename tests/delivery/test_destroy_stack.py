"""The end of a preview environment, with a `pulumi` that records its calls."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery import destroy_stack
from delivery.destroy_stack import destroy
from delivery.recover import PulumiResult, RecoveryError

URN = "urn:pulumi:pr-7::shop::aws:lambda/function:Function::adder-function"
STACK = "urn:pulumi:pr-7::shop::pulumi:pulumi:Stack::shop-pr-7"
NO_STACK = PulumiResult(255, "", "error: no stack named 'pr-7' found")


class Pulumi:
    """Answers `stack export` with a state, fails the command `fails`, and records all commands."""

    def __init__(self, exported: PulumiResult | None = None, fails: str = "") -> None:
        self.exported, self.fails = exported or state(), fails
        self.calls: list[str] = []

    def __call__(self, *arguments: str) -> PulumiResult:
        self.calls.append(" ".join(arguments))
        if arguments[:2] == ("stack", "export"):
            return self.exported
        return PulumiResult(1, "", "no rights") if self.fails == arguments[0] else PulumiResult(0, "", "")


def state(**deployment: Any) -> PulumiResult:
    return PulumiResult(0, json.dumps({"version": 3, "deployment": deployment}), "")


def no_client(service: str) -> Any:
    raise AssertionError(service)


DESTROY = "destroy --yes --skip-preview --continue-on-error"


def test_a_stack_is_destroyed_and_removed() -> None:
    pulumi = Pulumi()
    said = list(destroy("pr-7", pulumi, no_client))
    assert pulumi.calls == ["stack export --stack pr-7", "cancel --yes --stack pr-7", DESTROY, "stack rm --yes pr-7"]
    assert said == ["pr-7: everything in AWS is deleted", "pr-7: the stack is removed"]


def test_what_a_killed_update_left_is_put_in_order_first() -> None:
    deleting = {"type": "deleting", "resource": {"urn": URN}}
    resources = [
        {"urn": STACK, "type": "pulumi:pulumi:Stack", "outputs": {}},
        {"urn": URN, "type": "aws:lambda/function:Function", "outputs": {}},
    ]
    pulumi = Pulumi(state(resources=resources, pending_operations=[deleting]))
    assert "the pending operations were cleared" in list(destroy("pr-7", pulumi, no_client))
    calls = [call.split()[0] for call in pulumi.calls]
    assert calls == ["stack", "cancel", "refresh", "destroy", "stack"]


def test_a_stack_that_is_not_there_is_no_error() -> None:
    pulumi = Pulumi(NO_STACK)
    assert list(destroy("pr-7", pulumi, no_client)) == ["there is no stack pr-7: nothing to destroy"]
    assert pulumi.calls == ["stack export --stack pr-7"]


@pytest.mark.parametrize("fails", ["cancel", "destroy", "stack"])
def test_a_failure_is_reported_and_the_stack_is_kept_for_another_try(fails: str) -> None:
    pulumi = Pulumi(fails=fails)
    with pytest.raises(RecoveryError, match=r"(?s)exit code 1:.*no rights"):
        list(destroy("pr-7", pulumi, no_client))
    assert fails == "stack" or not any(call.startswith("stack rm") for call in pulumi.calls)


def test_a_state_that_can_t_be_read_is_an_error() -> None:
    with pytest.raises(RecoveryError, match="AccessDenied"):
        list(destroy("pr-7", Pulumi(PulumiResult(255, "", "AccessDenied")), no_client))


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulumi:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.pr.yaml").write_text("encryptedkey: QUJD\nconfig: {}\n")
    pulumi = Pulumi()
    monkeypatch.setattr(destroy_stack, "pulumi_cli", lambda stack: pulumi)
    return pulumi


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["destroy_stack", *arguments])
    destroy_stack.main()


def test_the_settings_are_those_of_the_template(pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "pr-7")
    assert Path("Pulumi.pr-7.yaml").read_text() == Path("Pulumi.pr.yaml").read_text()
    assert DESTROY in pulumi.calls


def test_an_environment_that_is_used_is_kept_if_that_is_wanted(pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destroy_stack, "is_wanted", lambda number: number == 7)
    run(monkeypatch, "--if-unused", "pr-7")
    assert pulumi.calls == []
    run(monkeypatch, "--if-unused", "pr-8")
    assert DESTROY in pulumi.calls


@pytest.mark.parametrize("stack", ["dev", "prod", "pr", "pr-", "pr-x", "pr-7-x"])
def test_no_other_stack_is_destroyed(pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch, stack: str) -> None:
    with pytest.raises(SystemExit) as refused:
        run(monkeypatch, stack)
    assert refused.value.code == 2
    assert pulumi.calls == []


def test_without_a_template_the_command_says_where_it_is_explained(
    pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("Pulumi.pr.yaml").unlink()
    with pytest.raises(SystemExit, match=r"error: there is no Pulumi\.pr\.yaml"):
        run(monkeypatch, "pr-7")
