"""What the emulator, a test and a debugger make of a function's configuration."""

from typing import Any

from sandbox.docker.configured_function import function_of, log_variables

CONFIGURATION: dict[str, Any] = {
    "FunctionName": "x-local-orders",
    "ImageUri": "localhost:4566/x-local-orders@sha256:0",
    "Version": "3",
    "MemorySize": 256,
    "Timeout": 7,
    "EphemeralStorage": {"Size": 1024},
    "Environment": {"Variables": {"LEVEL": "high", "AWS_REGION": "elsewhere"}},
    "ImageConfigResponse": {"ImageConfig": {"Command": ["app.other"]}},
}


def test_a_function_gets_what_its_configuration_says_and_a_session_of_its_role() -> None:
    found = function_of(CONFIGURATION, "us-east-1", 4566, {"AWS_ACCESS_KEY_ID": "ASIA1"})
    assert (found.image, found.memory, found.storage) == (CONFIGURATION["ImageUri"], 256, 1024)
    assert (found.command, found.entry_point) == (["app.other"], ())
    assert found.variables["LEVEL"] == "high"
    assert found.variables["AWS_REGION"] == "us-east-1"
    assert found.variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] == "7"
    assert found.variables["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4566"
    assert found.variables["AWS_ACCESS_KEY_ID"] == "ASIA1"


def test_a_function_without_an_emulator_is_told_of_none() -> None:
    assert "AWS_ENDPOINT_URL" not in function_of(CONFIGURATION, "us-east-1", None, {}).variables


def test_the_runtime_is_told_the_format_and_the_level_of_logs_as_json_alone() -> None:
    assert log_variables({"LoggingConfig": {"LogFormat": "Text"}}) == {}
    assert log_variables({"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}}) == {
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "WARN",
    }
