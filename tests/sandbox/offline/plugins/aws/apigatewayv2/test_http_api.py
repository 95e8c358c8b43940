"""An HTTP API and its parts, which have no recording."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.engine import Engine, Values

KIND = "aws:apigatewayv2/{}".format
API, STAGE, ROUTE = KIND("api:Api"), KIND("stage:Stage"), KIND("route:Route")
INTEGRATION, AUTHORIZER = KIND("integration:Integration"), KIND("authorizer:Authorizer")
DOMAIN, MAPPING = KIND("domainName:DomainName"), KIND("apiMapping:ApiMapping")
REGION, ACCOUNT = "us-east-1", "000000000000"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:live"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1"
LOGS = {"destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/a", "format": "$context.requestId"}
LIMITS = {"throttlingBurstLimit": 5, "throttlingRateLimit": 7}
CORS = {"allowOrigins": ["https://a.example", "https://B.example"], "allowMethods": ["GET"], "maxAge": 60}
TOKENS = {"issuer": "https://issuer.example", "audiences": ["one", "two"]}
DOMAIN_INPUTS = {
    "domainName": "api.example.com",
    "domainNameConfiguration": {
        "certificateArn": CERTIFICATE,
        "endpointType": "REGIONAL",
        "securityPolicy": "TLS_1_2",
    },
}


@pytest.fixture
def api(cloud: Any) -> Iterator[str]:
    id = cloud("apigatewayv2").create_api(Name="of-the-test", ProtocolType="HTTP")["ApiId"]
    cloud("apigatewayv2").create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    yield id
    cloud("apigatewayv2").delete_api(ApiId=id)


def test_an_api_has_the_arns_by_which_policies_name_it(engine: Engine) -> None:
    inputs = {"name": "a", "protocolType": "HTTP", "corsConfiguration": CORS, "tags": {"team": "x"}}
    id, state = engine.create(API, inputs)
    assert state["arn"] == f"arn:aws:apigateway:{REGION}::/apis/{id}"
    assert state["executionArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}"
    read, found, _ = engine.read(API, id, inputs, state)
    assert (read, found) == (id, inputs)
    engine.delete(API, id, inputs, state)
    assert engine.read(API, id, inputs, state)[0] == ""
    engine.delete(API, id, inputs, state)  # which isn't there any more


def test_origins_in_another_order_or_case_are_no_difference_and_removed_ones_are_deleted(engine: Engine) -> None:
    inputs = {"name": "a", "protocolType": "HTTP", "corsConfiguration": CORS}
    id, state = engine.create(API, inputs)
    same = {**inputs, "corsConfiguration": {**CORS, "allowOrigins": ["https://b.example", "https://a.example"]}}
    assert engine.diff(API, id, state, inputs, same).verdict == "none"
    without = {"name": "b", "protocolType": "HTTP"}
    assert engine.diff(API, id, state, inputs, without).verdict == "update"
    changed = engine.update(API, id, state, inputs, without)
    assert (changed["name"], "corsConfiguration" in changed) == ("b", False)
    assert engine.diff(API, id, changed, without, without).verdict == "none"
    engine.delete(API, id, without, changed)


def test_a_name_is_generated_and_another_protocol_is_another_api(engine: Engine) -> None:
    inputs, failures = engine.check(API, {"protocolType": "HTTP"}, name="http-api")
    assert failures == []
    assert inputs["name"].startswith("http-api-")
    id, state = engine.create(API, inputs)
    other = {**inputs, "protocolType": "WEBSOCKET"}
    assert engine.diff(API, id, state, inputs, other).replaces == ["protocolType"]
    engine.delete(API, id, inputs, state)


@pytest.mark.parametrize(
    ("token", "wrong", "reason"),
    [
        (API, {"protocolType": "HTTPS"}, "expected protocol_type to be one of"),
        (API, {"protocolType": "HTTP", "target": FUNCTION}, "target"),
        (API, {}, "protocolType"),
        (STAGE, {"apiId": "a", "name": "s", "accessLogSettings": {"format": "x"}}, "destinationArn"),
        (ROUTE, {"apiId": "a", "routeKey": "GET /", "authorizationType": "IAM"}, "authorizationType"),
        (INTEGRATION, {"apiId": "a", "integrationType": "AWS_PROXY", "payloadFormatVersion": "3.0"}, "3.0"),
        (AUTHORIZER, {"apiId": "a", "name": "n", "authorizerType": "TOKEN"}, "authorizerType"),
        (DOMAIN, {"domainName": "a.example", "domainNameConfiguration": {"certificateArn": CERTIFICATE}}, "endpoint"),
    ],
)
def test_what_the_official_provider_refuses_before_a_call_is_refused(
    engine: Engine, token: str, wrong: Values, reason: str
) -> None:
    assert reason in " ".join(engine.check(token, wrong)[1])


def test_the_default_stage_is_at_the_root_of_the_apis_host(engine: Engine, api: str, cloud: Any) -> None:
    cloud("apigatewayv2").delete_stage(ApiId=api, StageName="$default")
    inputs = {"apiId": api, "name": "$default", "autoDeploy": True, "defaultRouteSettings": LIMITS}
    id, state = engine.create(STAGE, {**inputs, "accessLogSettings": LOGS, "tags": {"team": "x"}})
    assert (id, state["invokeUrl"]) == ("$default", f"https://{api}.execute-api.{REGION}.amazonaws.com/")
    assert state["executionArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/$default"
    assert state["accessLogSettings"] == LOGS
    changed = engine.update(STAGE, id, state, {**inputs, "accessLogSettings": LOGS, "tags": {"team": "x"}}, inputs)
    assert "accessLogSettings" not in changed
    assert cloud("apigatewayv2").get_stage(ApiId=api, StageName=id).get("AccessLogSettings") is None
    assert cloud("apigatewayv2").get_tags(ResourceArn=state["arn"])["Tags"] == {}
    imported = engine.read(STAGE, f"{api}/{id}", {}, {})
    assert imported[0] == id
    assert imported[1]["apiId"] == api
    assert engine.read(STAGE, id, {}, {})[0] == ""


def test_limits_of_a_stage_that_are_left_out_stay_and_one_of_two_becomes_0(engine: Engine, api: str) -> None:
    """So the program always sets both."""
    inputs = {"apiId": api, "name": "prod", "defaultRouteSettings": LIMITS}
    id, state = engine.create(STAGE, inputs)
    without = {"apiId": api, "name": "prod"}
    assert engine.diff(STAGE, id, state, inputs, without).verdict == "none"
    one = {**without, "defaultRouteSettings": {"throttlingRateLimit": 7}}
    changed = engine.update(STAGE, id, state, inputs, one)
    assert changed["defaultRouteSettings"]["throttlingBurstLimit"] == 0


def test_an_integration_of_a_function_keeps_the_method_that_aws_sets(engine: Engine, api: str) -> None:
    inputs = {"apiId": api, "integrationType": "AWS_PROXY", "integrationUri": FUNCTION, "payloadFormatVersion": "2.0"}
    _, preview = engine.create(INTEGRATION, inputs, preview=True)
    assert "integrationMethod" not in preview
    id, state = engine.create(INTEGRATION, inputs)
    assert (state["integrationMethod"], state["timeoutMilliseconds"]) == ("POST", 30_000)
    assert engine.diff(INTEGRATION, id, state, inputs, inputs).verdict == "none"
    other = {**inputs, "integrationUri": f"{FUNCTION}2"}
    assert engine.update(INTEGRATION, id, state, inputs, other)["integrationUri"] == f"{FUNCTION}2"
    assert engine.diff(INTEGRATION, id, state, inputs, {**inputs, "apiId": "other"}).verdict == "replace"
    assert engine.read(INTEGRATION, f"{api}/{id}", {}, {})[1]["integrationUri"] == f"{FUNCTION}2"
    engine.delete(INTEGRATION, id, inputs, state)
    assert engine.read(INTEGRATION, id, inputs, state)[0] == ""


def test_a_route_changes_its_authorization_in_place(engine: Engine, api: str, cloud: Any) -> None:
    jwt: Values = {"apiId": api, "name": "users", "authorizerType": "JWT", "jwtConfiguration": TOKENS}
    jwt["identitySources"] = ["$request.header.Authorization"]
    authorizer, authorizer_state = engine.create(AUTHORIZER, jwt)
    inputs: Values = {"apiId": api, "routeKey": "GET /a", "authorizationType": "JWT", "authorizerId": authorizer}
    inputs |= {"authorizationScopes": ["read", "write"]}
    id, state = engine.create(ROUTE, inputs)
    again = {**inputs, "authorizationScopes": ["write", "read"]}
    assert engine.diff(ROUTE, id, state, inputs, again).verdict == "none"
    iam = {"apiId": api, "routeKey": "GET /a", "authorizationType": "AWS_IAM"}
    changed = engine.update(ROUTE, id, state, inputs, iam)
    found = cloud("apigatewayv2").get_route(ApiId=api, RouteId=id)
    assert (found["AuthorizationType"], found.get("AuthorizerId")) == ("AWS_IAM", None)
    assert engine.diff(ROUTE, id, changed, iam, iam).verdict == "none"
    assert engine.read(ROUTE, f"{api}/{id}", {}, {})[1]["routeKey"] == "GET /a"
    engine.delete(ROUTE, id, iam, changed)

    other = {**jwt, "jwtConfiguration": {**TOKENS, "audiences": ["three"]}}
    same = {**jwt, "jwtConfiguration": {**TOKENS, "audiences": ["two", "one"]}}
    assert engine.diff(AUTHORIZER, authorizer, authorizer_state, jwt, same).verdict == "none"
    updated = engine.update(AUTHORIZER, authorizer, authorizer_state, jwt, other)
    assert updated["jwtConfiguration"]["audiences"] == ["three"]
    engine.delete(AUTHORIZER, authorizer, other, updated)
    assert engine.read(AUTHORIZER, authorizer, other, updated)[0] == ""


def test_a_domain_name_has_the_target_of_its_dns_record(engine: Engine, api: str) -> None:
    domain, domain_state = engine.create(DOMAIN, DOMAIN_INPUTS)
    assert domain == "api.example.com"
    assert ".execute-api." in domain_state["domainNameConfiguration"]["targetDomainName"]
    inputs = {"apiId": api, "domainName": domain, "stage": "$default"}
    id, state = engine.create(MAPPING, inputs)
    assert engine.diff(MAPPING, id, state, inputs, inputs).verdict == "none"
    assert engine.read(MAPPING, f"{id}/{domain}", {}, {})[1] == {**inputs, "region": REGION}
    with pytest.raises(grpc.RpcError, match=r"creating API Gateway v2 API Mapping .*ConflictException"):
        engine.create(MAPPING, inputs, name="second")
    engine.delete(MAPPING, id, inputs, state)
    configuration = {**DOMAIN_INPUTS["domainNameConfiguration"], "certificateArn": f"{CERTIFICATE}2"}  # type: ignore[dict-item]
    other = {**DOMAIN_INPUTS, "domainNameConfiguration": configuration}
    changed = engine.update(DOMAIN, domain, domain_state, DOMAIN_INPUTS, other)
    assert changed["domainNameConfiguration"]["certificateArn"] == f"{CERTIFICATE}2"
    engine.delete(DOMAIN, domain, other, changed)
    assert engine.read(DOMAIN, domain, other, changed)[0] == ""
