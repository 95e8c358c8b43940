"""The HTTP API of a stack: one API of API Gateway, whose routes the modules add."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.modules import Module
from components.monitoring.alarms import WITHIN_FIVE_MINUTES, Alarm, actions
from components.naming import access_log_group_name, http_api_name
from components.protection import stateful_options
from components.settings import StackSettings
from components.settings.http_api import Domain, Throttling

STAGE = "$default"
"""The stage whose name is no part of its URL."""
ACCESS_LOG_FORMAT = {
    "time": "$context.requestTime",
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
}
"""Without the path, the query and the headers, which may have secrets.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs:
    settings: StackSettings
    """`name_prefix` must be set."""
    alarm_topic: pulumi.Input[str]
    """ARN of the SNS topic that is told when the alarm begins, and when it ends."""
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the KMS key that the access logs are encrypted with; CloudWatch's own if None."""


class HttpApi(pulumi.ComponentResource):
    """An API with one stage, which serves each change of the routes at once."""

    id: pulumi.Output[str]
    execution_arn: pulumi.Output[str]
    """What the ARNs of the API's routes begin with."""
    url: pulumi.Output[str]
    """The URL of API Gateway's own, which ends with a slash."""
    authorizer_ids: Mapping[str, pulumi.Output[str]]
    """By the names in the settings."""
    domain_target: pulumi.Output[str] | None = None
    """What the DNS record of the domain name in the settings has to point to."""

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:HttpApi", name, None, opts)
        child, settings = pulumi.ResourceOptions(parent=self), args.settings.http_api
        tags = args.settings.tags

        api = aws.apigatewayv2.Api(
            f"{name}-api",
            name=http_api_name(args.settings.name_prefix),
            protocol_type="HTTP",
            cors_configuration=aws.apigatewayv2.ApiCorsConfigurationArgs(**settings.cors.arguments)
            if settings.cors
            else None,
            tags=tags,
            opts=child,
        )
        stage = aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=api.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=self._access_logs(name, args) if settings.access_logs else None,
            default_route_settings=_throttling(settings.throttling),
            tags=tags,
            opts=child,
        )
        self.authorizer_ids = {
            authorizer: aws.apigatewayv2.Authorizer(
                f"{name}-{authorizer}-authorizer",
                api_id=api.id,
                name=authorizer,
                authorizer_type="JWT",
                identity_sources=["$request.header.Authorization"],
                jwt_configuration={"issuer": jwt.issuer, "audiences": jwt.audience},
                opts=child,
            ).id
            for authorizer, jwt in settings.authorizers.items()
        }
        if settings.server_errors:
            aws.cloudwatch.MetricAlarm(
                f"{name}-5xx",
                name=f"{http_api_name(args.settings.name_prefix)}-5xx",
                dimensions={"ApiId": api.id},
                **server_error_alarm(settings.server_errors),
                **WITHIN_FIVE_MINUTES,
                **actions(args.alarm_topic),
                tags=tags,
                opts=child,
            )

        self.id, self.execution_arn, self.url = api.id, api.execution_arn, stage.invoke_url
        if settings.domain:
            self.domain_target = self._domain(name, settings.domain, api, stage, tags)
        self.register_outputs({"url": self.url, "domainTarget": self.domain_target})

    def _access_logs(self, name: str, args: HttpApiArgs) -> "aws.apigatewayv2.StageAccessLogSettingsArgs":
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=access_log_group_name(args.settings.name_prefix),
            kms_key_id=args.kms_key_arn,
            retention_in_days=args.settings.log_retention,
            tags=args.settings.tags,
            opts=stateful_options(self, args.settings.protection),
        )
        return aws.apigatewayv2.StageAccessLogSettingsArgs(
            destination_arn=log_group.arn, format=json_text(ACCESS_LOG_FORMAT)
        )

    def _domain(
        self, name: str, settings: Domain, api: "aws.apigatewayv2.Api", stage: "aws.apigatewayv2.Stage", tags: Any
    ) -> pulumi.Output[str]:
        """Return the target of the domain's DNS record."""
        child = pulumi.ResourceOptions(parent=self)
        domain = aws.apigatewayv2.DomainName(
            f"{name}-domain",
            domain_name=settings.name,
            domain_name_configuration={
                "certificate_arn": settings.certificate,
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            tags=tags,
            opts=child,
        )
        aws.apigatewayv2.ApiMapping(
            f"{name}-mapping", api_id=api.id, domain_name=domain.domain_name, stage=stage.name, opts=child
        )
        target: pulumi.Output[str] = domain.domain_name_configuration.target_domain_name
        return target


def have_routes(modules: Iterable[Module]) -> bool:
    """Whether a stack with these modules has an HTTP API."""
    return any(module.settings.triggers.routes for module in modules)


def http_api_of(
    modules: Iterable[Module],
    settings: StackSettings,
    alarm_topic: pulumi.Input[str],
    kms_key_arn: pulumi.Input[str] | None,
) -> HttpApi | None:
    """Create the stack's HTTP API if one of these modules has routes."""
    args = HttpApiArgs(settings=settings, alarm_topic=alarm_topic, kms_key_arn=kms_key_arn)
    return HttpApi("http-api", args) if have_routes(modules) else None


def outputs_of(api: HttpApi | None) -> Mapping[str, pulumi.Output[str]]:
    """The outputs of a stack: `httpApiUrl`, and `httpApiDomainTarget` if the API has a domain name of the user's."""
    if api is None:
        return {}
    return {"httpApiUrl": api.url, **({"httpApiDomainTarget": api.domain_target} if api.domain_target else {})}


def server_error_alarm(threshold: int) -> Alarm:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
    return {
        "namespace": "AWS/ApiGateway",
        "metric_name": "5xx",
        "statistic": "Sum",
        "threshold": threshold,
        "alarm_description": f"{threshold} or more requests were answered with a status of 5xx within five minutes",
    }


def _throttling(settings: Throttling) -> "aws.apigatewayv2.StageDefaultRouteSettingsArgs":
    """Always with both limits: without the block, the provider would keep earlier limits, and one that is left out it
    would set to 0, which refuses all requests."""
    return aws.apigatewayv2.StageDefaultRouteSettingsArgs(
        throttling_burst_limit=settings.burst, throttling_rate_limit=settings.rate
    )
