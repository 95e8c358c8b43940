"""What Lambda refuses while a function is created or updated, and when that is over."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.ministack import function_states
from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import ENVIRONMENT, client, push, running, settle
from tests.sandbox.emulator.ministack.test_functions import TRUST, create

NAME = "slow"
WHY = "The operation cannot be performed at this time. "


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Its functions get ready only when it starts again."""
    monkeypatch.setitem(ENVIRONMENT, "SANDBOX_FUNCTION_CHANGE_SECONDS", "3600")
    with running(tmp_path / "home") as emulator:
        yield emulator


def created(emulator: Emulator) -> str:
    """Begin to create the function, and return its image."""
    role = client(emulator, "iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    client(emulator, "ecr").create_repository(repositoryName=NAME)
    image = push(emulator, NAME, "first", b"first")
    create(client(emulator, "lambda"), NAME, role["Arn"], image)
    return image


def changes(emulator: Emulator, image: str) -> list[Any]:
    api = client(emulator, "lambda")
    return [
        lambda: api.update_function_code(FunctionName=NAME, ImageUri=image),
        lambda: api.update_function_configuration(FunctionName=NAME, MemorySize=512),
        lambda: api.publish_version(FunctionName=NAME),
    ]


def assert_refused(call: Any, why: str) -> None:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ResourceConflictException", WHY + why)


def state(emulator: Emulator) -> tuple[str, str]:
    found = client(emulator, "lambda").get_function_configuration(FunctionName=NAME)
    return found["State"], found["LastUpdateStatus"]


def test_a_function_is_changed_and_invoked_once_it_is_created_and_changed_again_once_it_is_updated(
    slow: Emulator,
) -> None:
    api, image = client(slow, "lambda"), created(slow)
    for call in [*changes(slow, image), lambda: api.invoke(FunctionName=NAME)]:
        assert_refused(call, "The function is currently in the following state: Pending")

    slow.stop()
    slow.start(ENVIRONMENT, bridge=None)
    assert state(slow) == ("Active", "Successful")
    arn = api.get_function(FunctionName=NAME)["Configuration"]["FunctionArn"]
    for number in range(2):
        updated = changes(slow, image)[number]()
        assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress") == state(slow)
        for call in changes(slow, image):
            assert_refused(call, f"An update is in progress for resource: {arn}")
        assert "FunctionError" in api.invoke(FunctionName=NAME), "there is no Docker here"
        slow.stop()
        slow.start(ENVIRONMENT, bridge=None)
    assert changes(slow, image)[2]()["Version"] == "1"


def test_a_function_gets_ready_by_itself(emulator: Emulator) -> None:
    api, image = client(emulator, "lambda"), created(emulator)
    for call in changes(emulator, image):
        settle(api, NAME)
        call()


def test_the_end_of_an_earlier_change_does_not_end_a_later_one() -> None:
    configuration = {"RevisionId": "2", "State": "Active", "LastUpdateStatus": "InProgress"}
    function = {"config": configuration, "versions": {}}
    function_states._finish(function, "1")
    assert configuration["LastUpdateStatus"] == "InProgress"
