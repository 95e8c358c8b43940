"""The configuration of the local AWS plugin."""

from collections.abc import Mapping

import grpc
import pytest

from sandbox.offline.plugins.aws.session import check_config, configure
from sandbox.offline.plugins.errors import Refused
from tests.sandbox.offline.plugins.engine import Engine

ENVIRON = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "localhost", "[::1]"])
def test_an_endpoint_on_this_machine_is_accepted(host: str) -> None:
    assert configure({}, {**ENVIRON, "AWS_ENDPOINT_URL": f"http://{host}:4566"}).endpoint == f"http://{host}:4566"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://lambda.us-east-1.amazonaws.com",
        "http://172.17.0.1:4566",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:4566",
    ],
)
def test_any_other_endpoint_is_refused_by_name(endpoint: str) -> None:
    with pytest.raises(Refused, match="only talks to this machine") as refused:
        configure({}, {**ENVIRON, "AWS_ENDPOINT_URL": endpoint})
    assert endpoint in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"AWS_ENDPOINT_URL": ""}, "needs AWS_ENDPOINT_URL"),
        ({"AWS_REGION": ""}, "no AWS Region: set AWS_REGION"),
        ({"AWS_REGION": "mars-1"}, "invalid AWS Region: mars-1"),
        ({"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID is not set"),
    ],
)
def test_missing_or_invalid_configuration_is_named(environ: Mapping[str, str], message: str) -> None:
    given = {key: value for key, value in {**ENVIRON, **environ}.items() if value}
    with pytest.raises(Refused, match=message):
        configure({}, given)


def test_the_stack_s_region_comes_before_the_environment_s() -> None:
    assert configure({"region": "eu-west-1"}, ENVIRON).region == "eu-west-1"


def test_a_key_that_the_plugin_does_not_know_is_refused_by_check_config() -> None:
    (failure,) = check_config({"region": "us-east-1", "skipCredentialsValidation": "true"}, ENVIRON).failures
    assert "`aws:skipCredentialsValidation`" in failure.reason


def test_the_user_s_profile_and_files_are_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-the-user-and-not-there")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/not/there")
    assert configure({}, ENVIRON).client("ecr").meta.endpoint_url == "http://127.0.0.1:4566"


def test_a_second_provider_of_another_configuration_is_refused(engine: Engine) -> None:
    assert engine.configure({}) == []
    with pytest.raises(grpc.RpcError, match="serves one configuration"):
        engine.configure({"region": "eu-west-1"})
