import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from delivery.recover import Ended, RecoveryError, recover
from delivery.unfinished import Unfinished

DONE = Ended(0, "", "")
FUNCTION: Mapping[str, Any] = {
    "type": "aws:lambda/function:Function",
    "urn": "urn::a-function",
    "inputs": {"name": "a"},
    "parent": "urn::a",
    "provider": "urn::aws::id",
}
ROLE: Mapping[str, Any] = {**FUNCTION, "type": "aws:iam/role:Role", "urn": "urn::a-role"}
NOT_THERE = " =  aws:iam:Role a-role importing (0s) error: resource 'a' does not exist"


class Engine:
    """Records the commands; answers those whose first word is given."""

    def __init__(self, **answers: Ended) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.imported: list[str] = []
        self._answers = answers

    def __call__(self, *arguments: str) -> Ended:
        self.commands.append(arguments)
        verb = arguments[0]
        if verb == "import":
            listed = json.loads(Path(arguments[2]).read_text())["resources"]
            self.imported = [resource["id"] for resource in listed]
        return self._answers.get(verb, DONE)

    @property
    def verbs(self) -> list[str]:
        return [command[0] for command in self.commands]


def exported(*resources: Mapping[str, object]) -> Ended:
    return Ended(0, json.dumps({"deployment": {"resources": list(resources)}}), "a warning")


def test_nothing_unfinished_asks_pulumi_nothing() -> None:
    engine = Engine()
    assert recover(Unfinished(), engine) == []
    assert engine.commands == []


def test_unfinished_builds_are_renewed() -> None:
    engine = Engine()
    assert recover(Unfinished(builds=["urn::a-build", "urn::b-build"]), engine) == [
        "a-build: its image was not finished, and is built again",
        "b-build: its image was not finished, and is built again",
    ]
    assert engine.commands == [("state", "taint", "--yes", "urn::a-build", "urn::b-build")]


def test_what_is_there_is_imported_and_what_is_not_is_no_error() -> None:
    engine = Engine(**{"import": Ended(255, NOT_THERE, ""), "stack": exported(FUNCTION)})
    done = recover(Unfinished(creates=[FUNCTION, ROLE], unknown=["urn::stack"]), engine)
    assert done[:2] == ["a-function: was created, and is imported", "a-role: was not created yet"]
    assert engine.verbs == ["import", "stack", "refresh"]
    assert engine.imported == ["a", "a"]


def test_an_import_that_fails_for_another_reason_forgets_nothing() -> None:
    engine = Engine(**{"import": Ended(255, f"{NOT_THERE}\nerror: AccessDenied: iam:GetRole", "")})
    with pytest.raises(RecoveryError, match="AccessDenied"):
        recover(Unfinished(creates=[FUNCTION, ROLE], unknown=["urn::stack"]), engine)
    assert engine.verbs == ["import"]


def test_pulumi_is_asked_about_nothing_but_the_unknown() -> None:
    engine = Engine()
    recover(Unfinished(unknown=["urn::stack", "urn::a-live"]), engine)
    (refresh,) = engine.commands
    assert refresh[-2:] == ("--target=urn::stack", "--target=urn::a-live")


def test_a_lock_is_told_with_the_remedy() -> None:
    locked = "error: the stack is currently locked by 1 lock(s). Created by me@there (pid 7) at 2026-01-02T03:04:05Z"
    engine = Engine(state=Ended(255, "", locked))
    with pytest.raises(RecoveryError, match=r"pid 7(.|\n)*pulumi cancel"):
        recover(Unfinished(builds=["urn::a-build"]), engine)
