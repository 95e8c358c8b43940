"""Routes of the stack's HTTP API that the alias answers."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.errors import ComponentError
from components.http_api import HttpApi
from components.settings.http_api import IAM, MAX_SECONDS, PUBLIC, Route
from components.triggers.target import Outputs, Target

_AUTHORIZATION = {IAM: "AWS_IAM", PUBLIC: "NONE"}
"""By setting; any other names an authorizer."""


@dataclass(frozen=True, kw_only=True)
class RoutesTriggerArgs:
    alias: aws.lambda_.Alias
    api: HttpApi
    routes: Mapping[str, Route]
    """By method and path."""


class RoutesTrigger(pulumi.ComponentResource):
    """Requests to some routes of an API, which may invoke the alias for these alone.

    The API has each route once, whichever module answers it. A route's resource is named by the route alone, so that
    one that moves to another module is changed: AWS would refuse to create it before the other one is deleted.
    """

    urls: Mapping[str, pulumi.Output[str]]
    """By method and path. They contain the names of the path's variables."""

    def __init__(self, name: str, args: RoutesTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:RoutesTrigger", name, None, opts)
        api, alias = args.api, args.alias

        integration = aws.apigatewayv2.Integration(
            f"{name}-integration",
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_uri=alias.invoke_arn,
            payload_format_version="2.0",
            opts=pulumi.ResourceOptions(parent=self),
        )
        for key, settings in args.routes.items():
            id = route_id(key)
            permission = aws.lambda_.Permission(
                f"{name}-{id}-permission",
                statement_id=id,
                action="lambda:InvokeFunction",
                function=alias.function_name,
                qualifier=alias.name,
                principal="apigateway.amazonaws.com",
                source_arn=pulumi.Output.concat(api.execution_arn, "/*/", source_of(key)),
                opts=pulumi.ResourceOptions(parent=self),
            )
            aws.apigatewayv2.Route(
                f"{id}-route",
                api_id=api.id,
                route_key=key,
                target=integration.id.apply("integrations/{}".format),
                authorization_type=_AUTHORIZATION.get(settings.auth, "JWT"),
                authorizer_id=None if settings.auth in _AUTHORIZATION else api.authorizer_ids[settings.auth],
                authorization_scopes=settings.scopes or None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )

        self.urls = {key: pulumi.Output.concat(api.url, path_of(key).removeprefix("/")) for key in args.routes}
        self.register_outputs({"urls": self.urls})


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's routes: `routeUrls` by method and path."""
    module, routes = target.module, target.module.settings.triggers.routes
    if not routes:
        return {"routeUrls": {}}
    if target.http_api is None:
        raise ComponentError(f"{module.name} has routes, but no HTTP API: give LambdaModuleArgs one as `http_api`")
    if module.settings.timeout > MAX_SECONDS:
        pulumi.log.warn(
            f"{module.name} has routes and a timeout of {module.settings.timeout} s: API Gateway answers callers with "
            f"an error after {MAX_SECONDS} s, while the function goes on"
        )
    args = RoutesTriggerArgs(alias=target.alias, api=target.http_api, routes=routes)
    return {"routeUrls": RoutesTrigger(module.name, args, opts).urls}


def route_id(key: str) -> str:
    """A name of a route that can be part of a statement's id, such as `GET-orders-id-1f3870be`."""
    words = re.sub("[^A-Za-z0-9]+", "-", key).strip("-")[:60]
    return f"{words}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def source_of(key: str) -> str:
    """The end of a route's ARN, as API Gateway gives it to Lambda: with the names of the path's variables.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    method, _, path = key.partition(" ")
    return f"{'*' if method == 'ANY' else method}{path}"


def path_of(key: str) -> str:
    return key.partition(" ")[2]
