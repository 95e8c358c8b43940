import pulumi
import pytest

from components.errors import ComponentError
from components.image.registry import Registry, emulated_host
from tests.components.mocks import deploy


def test_the_password_of_the_registry_is_a_secret() -> None:
    def program() -> pulumi.Output[bool]:
        registry = Registry.of_account("", None)
        secret = pulumi.Output.from_input(registry.password).is_secret()
        return pulumi.Output.from_input(secret)

    secret, recording = deploy(program)
    assert secret is True
    assert [call.token for call in recording.calls] == ["aws:ecr/getAuthorizationToken:getAuthorizationToken"]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:4566"])
def test_an_emulated_registry_takes_the_port_of_a_loopback_endpoint(endpoint: str) -> None:
    assert emulated_host("localhost", endpoint) == "localhost:4566"
    assert emulated_host("localhost:5000", endpoint) == "localhost:5000"


@pytest.mark.parametrize("endpoint", [None, "", "https://lambda.eu-central-1.amazonaws.com", "http://10.0.0.1:4566"])
def test_an_emulated_registry_is_refused_beside_a_real_cloud(endpoint: str | None) -> None:
    with pytest.raises(ComponentError, match="lambda-images:registryHost is 'localhost', but AWS_ENDPOINT_URL is"):
        emulated_host("localhost", endpoint)
