"""The levels of a function's logs: what the API stores and refuses, and what the runtime is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push, settle
from tests.sandbox.emulator.ministack.test_functions import TRUST, create, refusal

NAME, REPOSITORY = "levels", "team/levels"
REFUSAL = 'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request'


@pytest.fixture
def function(emulator: Emulator) -> Iterator[Any]:
    """A client of Lambda, which has a function."""
    client(emulator, "ecr").create_repository(repositoryName=REPOSITORY)
    iam, awslambda = client(emulator, "iam"), client(emulator, "lambda")
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    create(awslambda, NAME, role, push(emulator, REPOSITORY, "first", b"first"))
    settle(awslambda, NAME)
    yield awslambda
    awslambda.delete_function(FunctionName=NAME)


def test_logs_as_json_have_levels_and_others_can_not(function: Any) -> None:
    def update(**logging: str) -> Any:
        answer = function.update_function_configuration(FunctionName=NAME, LoggingConfig=logging)
        settle(function, NAME)
        return answer["LoggingConfig"]

    assert update(LogFormat="JSON") == {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    assert update(LogFormat="JSON", ApplicationLogLevel="DEBUG")["ApplicationLogLevel"] == "DEBUG"
    text = {"LogFormat": "Text"}
    assert update(**text) == text
    for level in ({"ApplicationLogLevel": "INFO"}, {"SystemLogLevel": "WARN"}):
        code, message = refusal(
            function.update_function_configuration, FunctionName=NAME, LoggingConfig={**text, **level}
        )
        assert (code, message.startswith(REFUSAL)) == ("InvalidParameterValueException", True)
