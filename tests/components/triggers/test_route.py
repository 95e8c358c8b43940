from typing import Any

import pulumi
import pytest

from components.http_api import HttpApi, HttpApiArgs
from components.settings import StackSettings
from components.settings.http_api import Route
from components.triggers.route import RoutesTrigger, RoutesTriggerArgs, route_id, source_of
from tests.components.mocks import API, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, FUNCTION, connected, waits

ROUTE, PERMISSION = "aws:apigatewayv2/route:Route", "aws:lambda/permission:Permission"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
USERS = {"issuer": "https://login.example.com/", "audience": ["shop"]}


def routed(**routes: Route) -> tuple[Any, Recording]:
    stack = StackSettings.model_validate({"namePrefix": "p-dev", "httpApi": {"authorizers": {"users": USERS}}})

    def make(alias: Any) -> pulumi.Output[Any]:
        api = HttpApi("http-api", HttpApiArgs(settings=stack, alarm_topic="arn:of-a-topic"))
        args = RoutesTriggerArgs(alias=alias, api=api, routes=routes)
        return pulumi.Output.all(**RoutesTrigger("thumbnail", args).urls)

    return connected(make)


def test_all_routes_of_a_module_call_its_alias_in_the_second_format() -> None:
    urls, recording = routed(**{"GET /a/{id}": Route(), "$default": Route()})
    integration = recording.one(INTEGRATION).inputs
    assert (integration["integrationType"], integration["payloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    assert f"/functions/{ALIAS_ARN}/invocations" in integration["integrationUri"]
    assert {route.inputs["target"] for route in recording.of(ROUTE)} == {"integrations/thumbnail-integration-id"}
    host = f"https://http-api-api-id.execute-api.{REGION}.amazonaws.com/"
    assert urls == {"GET /a/{id}": f"{host}a/{{id}}", "$default": host}


def test_api_gateway_may_invoke_the_alias_for_each_route_alone_before_there_is_the_route() -> None:
    _, recording = routed(**{"GET /a/{id}": Route()})
    permission = recording.one(PERMISSION).inputs
    assert (permission["function"], permission["qualifier"]) == (FUNCTION, "live")
    assert permission["principal"] == "apigateway.amazonaws.com"
    assert permission["sourceArn"] == f"{API}/*/GET/a/{{id}}"
    assert waits(recording, ROUTE, PERMISSION)


@pytest.mark.parametrize(
    ("key", "source"),
    [("GET /", "GET/"), ("ANY /a/{rest+}", "*/a/{rest+}"), ("$default", "$default"), ("PUT /a", "PUT/a")],
)
def test_the_source_of_a_call_is_the_route(key: str, source: str) -> None:
    assert source_of(key) == source


@pytest.mark.parametrize(
    ("settings", "inputs"),
    [
        (Route(), {"authorizationType": "AWS_IAM"}),
        (Route(auth="public"), {"authorizationType": "NONE"}),
        (
            Route(auth="users", scopes=["read"]),
            {
                "authorizationType": "JWT",
                "authorizerId": "http-api-users-authorizer-id",
                "authorizationScopes": ["read"],
            },
        ),
    ],
)
def test_a_route_asks_iam_unless_its_settings_say_otherwise(settings: Route, inputs: dict[str, Any]) -> None:
    _, recording = routed(**{"GET /": settings})
    found = recording.one(ROUTE).inputs
    assert {name: value for name, value in found.items() if name.startswith("authori")} == inputs


def test_routes_that_differ_have_different_names_whichever_module_they_are_of() -> None:
    keys = ["GET /a/b", "GET /a-b", "GET /a/{b}", "GET /a/{b+}", "POST /a/b", "$default"]
    ids = {route_id(key) for key in keys}
    assert len(ids) == len(keys)
    assert route_id("GET /orders/{id}") == "GET-orders-id-ea614192"
    _, recording = routed(**{"GET /a/b": Route()})
    assert recording.one(ROUTE).name == f"{route_id('GET /a/b')}-route"
