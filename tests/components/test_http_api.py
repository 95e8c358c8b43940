from typing import Any

import pulumi
import pytest

from components.http_api import ACCESS_LOG_FORMAT, HttpApi, HttpApiArgs, outputs_of
from components.settings import StackSettings
from tests.components.mocks import REGION, Recording, deploy

API, STAGE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
URL = f"https://http-api-api-id.execute-api.{REGION}.amazonaws.com/"
CERTIFICATE = f"arn:aws:acm:{REGION}:123456789012:certificate/1"


def http_api(key: str | None = None, **settings: Any) -> tuple[Any, Recording]:
    stack = StackSettings.model_validate({"namePrefix": "p-dev", "tags": {"team": "a"}, **settings})

    def program() -> pulumi.Output[Any]:
        args = HttpApiArgs(settings=stack, alarm_topic="arn:of-a-topic", kms_key_arn=key)
        return pulumi.Output.all(**outputs_of(HttpApi("http-api", args)))

    return deploy(program)


def test_an_api_serves_each_change_at_once_below_its_own_host() -> None:
    outputs, recording = http_api()
    assert outputs == {"httpApiUrl": URL}
    api, stage = recording.one(API).inputs, recording.one(STAGE).inputs
    assert (api["name"], api["protocolType"], api["tags"]) == ("p-dev-http_api", "HTTP", {"team": "a"})
    assert (stage["name"], stage["autoDeploy"], stage["apiId"]) == ("$default", True, "http-api-api-id")


def test_both_limits_are_always_set_because_the_provider_keeps_or_zeroes_what_is_left_out() -> None:
    defaults = {"throttlingBurstLimit": 5_000, "throttlingRateLimit": 10_000}
    assert http_api()[1].one(STAGE).inputs["defaultRouteSettings"] == defaults
    limited = http_api(httpApi={"throttling": {"rate": 5}})[1].one(STAGE).inputs
    assert limited["defaultRouteSettings"] == {"throttlingBurstLimit": 5_000, "throttlingRateLimit": 5}


def test_access_logs_are_encrypted_and_kept_as_the_stack_says_and_have_no_path_query_or_header() -> None:
    _, recording = http_api("arn:of-a-key", protection=True, logRetention=7)
    group = recording.one(LOGS).inputs
    assert group["name"] == "/aws/vendedlogs/p-dev-http_api"
    assert (group["kmsKeyId"], group["retentionInDays"]) == ("arn:of-a-key", 7)
    assert recording.request(LOGS).retainOnDelete
    assert "accessLogSettings" in recording.one(STAGE).inputs
    logged = " ".join(ACCESS_LOG_FORMAT.values()).lower()
    assert not any(word in logged for word in ("$context.path", "querystring", "header", "claims"))
    _, without = http_api(httpApi={"accessLogs": False})
    assert without.of(LOGS) == []
    assert "accessLogSettings" not in without.one(STAGE).inputs


def test_answers_of_5xx_raise_an_alarm_about_this_api() -> None:
    alarm = http_api(httpApi={"serverErrors": 3})[1].one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["threshold"]) == ("AWS/ApiGateway", "5xx", 3)
    assert (alarm["dimensions"], alarm["alarmActions"]) == ({"ApiId": "http-api-api-id"}, ["arn:of-a-topic"])
    assert alarm["okActions"] == ["arn:of-a-topic"]
    assert http_api(httpApi={"serverErrors": 0})[1].of("aws:cloudwatch/metricAlarm:MetricAlarm") == []


def test_web_pages_and_tokens_are_accepted_as_the_settings_say() -> None:
    cors = {"allowOrigins": ["https://a.example"], "allowMethods": ["PUT"], "maxAge": 60}
    users = {"issuer": "https://login.example.com/", "audience": ["shop"]}
    _, recording = http_api(httpApi={"cors": cors, "authorizers": {"users": users}})
    assert recording.one(API).inputs["corsConfiguration"] == {**cors, "allowCredentials": False}
    authorizer = recording.one("aws:apigatewayv2/authorizer:Authorizer").inputs
    assert (authorizer["authorizerType"], authorizer["name"]) == ("JWT", "users")
    assert authorizer["identitySources"] == ["$request.header.Authorization"]
    assert authorizer["jwtConfiguration"] == {"issuer": users["issuer"], "audiences": ["shop"]}
    assert "corsConfiguration" not in http_api()[1].one(API).inputs


def test_a_domain_name_is_mapped_to_the_api_and_the_target_of_its_record_is_an_output() -> None:
    outputs, recording = http_api(httpApi={"domain": {"name": "api.example.com", "certificate": CERTIFICATE}})
    assert outputs == {"httpApiUrl": URL, "httpApiDomainTarget": "d-1.execute-api.example"}
    domain = recording.one("aws:apigatewayv2/domainName:DomainName").inputs["domainNameConfiguration"]
    assert (domain["certificateArn"], domain["securityPolicy"]) == (CERTIFICATE, "TLS_1_2")
    mapping = recording.one("aws:apigatewayv2/apiMapping:ApiMapping").inputs
    assert mapping == {"apiId": "http-api-api-id", "domainName": "api.example.com", "stage": "$default"}


@pytest.mark.parametrize("name", ["API.example.com", "example", "api..example.com", "https://api.example.com"])
def test_a_domain_name_is_one(name: str) -> None:
    with pytest.raises(ValueError, match="a domain name, such as"):
        http_api(httpApi={"domain": {"name": name, "certificate": CERTIFICATE}})
