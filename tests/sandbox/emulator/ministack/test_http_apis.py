"""What API Gateway refuses of HTTP APIs, over its API."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f:live"
TOKENS = {"Issuer": "https://issuer.example", "Audience": ["a"]}


@pytest.fixture
def gateway(emulator: Emulator) -> Any:
    return client(emulator, "apigatewayv2")


@pytest.fixture
def api(gateway: Any) -> Iterator[str]:
    id = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    yield id
    gateway.delete_api(ApiId=id)


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_a_route_and_a_stage_are_there_once(gateway: Any, api: str) -> None:
    first = gateway.create_route(ApiId=api, RouteKey="GET /")["RouteId"]
    assert refusal(gateway.create_route, ApiId=api, RouteKey="GET /") == "ConflictException"
    second = gateway.create_route(ApiId=api, RouteKey="GET /b")["RouteId"]
    assert refusal(gateway.update_route, ApiId=api, RouteId=second, RouteKey="GET /") == "ConflictException"
    gateway.update_route(ApiId=api, RouteId=first, RouteKey="GET /", AuthorizationType="AWS_IAM")
    gateway.create_stage(ApiId=api, StageName="$default")
    assert refusal(gateway.create_stage, ApiId=api, StageName="$default") == "ConflictException"


def test_what_a_route_has_exists_and_stays_as_long_as_the_route(gateway: Any, api: str) -> None:
    route = {"ApiId": api, "RouteKey": "GET /"}
    assert refusal(gateway.create_route, **route, Target="integrations/x") == "NotFoundException"
    assert refusal(gateway.create_route, **route, AuthorizationType="JWT", AuthorizerId="x") == "BadRequestException"
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION)
    users = gateway.create_authorizer(
        ApiId=api, AuthorizerType="JWT", Name="users", IdentitySource=["$request.header.A"], JwtConfiguration=TOKENS
    )
    parts = {"IntegrationId": integration["IntegrationId"]}, {"AuthorizerId": users["AuthorizerId"]}
    target = f"integrations/{integration['IntegrationId']}"
    id = gateway.create_route(**route, Target=target, AuthorizationType="JWT", **parts[1])["RouteId"]
    assert refusal(gateway.delete_integration, ApiId=api, **parts[0]) == "ConflictException"
    assert refusal(gateway.delete_authorizer, ApiId=api, **parts[1]) == "ConflictException"
    gateway.delete_route(ApiId=api, RouteId=id)
    gateway.delete_integration(ApiId=api, **parts[0])
    gateway.delete_authorizer(ApiId=api, **parts[1])
