"""What the routes of all modules and the stack's HTTP API may not say together."""

import re

import pytest

from components.settings.http_api import ROUTE
from tests.components.settings.conftest import Checkout

USERS = {"issuer": "https://login.example.com/", "audience": ["shop"]}


def routes(*lines: str) -> str:
    return "\n".join(["triggers:", "  routes:", *(f"    {line}" for line in lines), ""])


@pytest.mark.parametrize(
    "key", ["GET /", "GET /orders/{id}", "ANY /{rest+}", "POST /a.b/c-d/{x}/{y+}", "$default", "PUT /~a:b_c"]
)
def test_a_route_is_a_method_and_a_path(key: str) -> None:
    assert re.fullmatch(ROUTE.pattern, key)


@pytest.mark.parametrize(
    "key", ["/orders", "get /", "GET orders", "GET /a/", "GET /{a+}/b", "GET /a b", "GET /{a}{b}", "TRACE /", "default"]
)
def test_what_api_gateway_would_not_take_as_a_route_is_refused(key: str, checkout: Checkout) -> None:
    checkout.add("orders", routes(f'"{key}": {{}}'))
    assert checkout.refusal() == [
        f"modules/orders/module.yaml:3: triggers.routes.{key}: it should be a method and a path, such as "
        "'GET /orders/{id}', 'ANY /{rest+}', or '$default'"
    ]


def test_two_routes_for_the_same_requests_are_refused_wherever_they_are(checkout: Checkout) -> None:
    checkout.add("bills", routes("GET /{id}: {}", "GET /{id+}: {}", "POST /{id}: {}"))
    checkout.add("orders", routes("GET /{number}: {}"))
    assert checkout.refusal() == [
        "modules/orders/module.yaml:3: triggers.routes.GET /{number} is a route for the same requests as "
        "modules/bills/module.yaml:3: triggers.routes.GET /{id}: remove one of the two"
    ]
    assert checkout.load(modules={"orders": {"enabled": False}}).modules.keys() == {"bills"}
    without = {"orders": {"triggers": {"routes": {"GET /{number}": None}}}}
    assert checkout.load(modules=without).modules["orders"].triggers.routes == {}


def test_a_route_names_an_authorizer_of_the_stack_and_scopes_need_one(checkout: Checkout) -> None:
    checkout.add("orders", routes("GET /a: {auth: user}", "GET /b: {scopes: [read]}", "GET /c: {auth: users}"))
    assert checkout.refusal(httpApi={"authorizers": {"users": USERS}}) == [
        "modules/orders/module.yaml:3: triggers.routes.GET /a.auth is user, which is not an authorizer of the stack's "
        "httpApi: did you mean users?",
        "modules/orders/module.yaml:4: triggers.routes.GET /b.scopes needs an authorizer as auth: only tokens have "
        "scopes",
    ]


def test_an_authorizer_has_a_name_of_its_own_and_credentials_are_not_for_all_origins(checkout: Checkout) -> None:
    checkout.add("orders")
    cors = {"allowOrigins": ["*"], "allowCredentials": True}
    assert checkout.refusal(httpApi={"authorizers": {"public": USERS}, "cors": cors}) == [
        "Pulumi.dev.yaml:4: lambda-images:httpApi.authorizers.public has a name that has another meaning as auth: "
        "choose another name",
        "Pulumi.dev.yaml:11: lambda-images:httpApi.cors.allowCredentials is true, and API Gateway refuses that with "
        "the origin '*': name the origins in allowOrigins",
    ]


def test_an_issuer_has_tls(checkout: Checkout) -> None:
    checkout.add("orders")
    authorizers = {"users": {**USERS, "issuer": "http://login.example.com"}}
    assert checkout.refusal(httpApi={"authorizers": authorizers}) == [
        'Pulumi.dev.yaml:5: lambda-images:httpApi.authorizers.users.issuer is "http://login.example.com": it should be '
        "the issuer of the tokens, a URL such as 'https://login.example.com/'"
    ]
