"""Refuses what API Gateway refuses of HTTP APIs: callers, calls of functions, and changes.

MiniStack 1.5.33 checks the signature of no request to an API, calls functions without a permission, takes tokens that
never expire, waits for a function as long as it takes, and lets routes be there twice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ResolvedCredential, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, lambda_svc

from components.settings.http_api import MAX_SECONDS
from sandbox.emulator.ministack.answers import Answer, Data


def enforce_http_api_rules() -> None:
    app._enforce_execute_api = _of_routes_that_ask(app._enforce_execute_api)
    apigateway._invoke_lambda_proxy = _with_permission_and_deadline(apigateway._invoke_lambda_proxy)
    apigateway._validate_jwt_authorizer = _with_expiry(apigateway._validate_jwt_authorizer)
    apigateway._create_route = _with_new_key_and_target(apigateway._create_route)
    apigateway._update_route = _with_free_key_and_target(apigateway._update_route)
    apigateway._create_stage = _with_new_name(apigateway._create_stage)
    apigateway._delete_integration = _unless_used(apigateway._delete_integration, "target", "integrations/", "target")
    apigateway._delete_authorizer = _unless_used(apigateway._delete_authorizer, "authorizerId", "", "authorizer")


def refused_caller(path: str, method: str, key: str) -> Answer | None:
    """Return what API Gateway answers a caller of a route that asks for a signature, and has none that is valid."""
    api, stage, rest = app._parse_execute_api_url("", path) or ("", "", "")
    stage, rest = app._resolve_stage_and_path(api, stage, rest)
    if not _asks_iam(api, stage, method, rest):
        return None
    checked = iam_evaluator.authenticate(key, get_account_id())
    return None if isinstance(checked, ResolvedCredential) else _answer(403, "Forbidden")


def _asks_iam(api: str, stage: str, method: str, path: str) -> bool:
    """Whether a request needs a signature. API Gateway answers a preflight request, and one for no route, itself."""
    if method == "OPTIONS" and apigateway._apis.get(api, {}).get("corsConfiguration"):
        return False
    return bool(apigateway.route_authorization_type(api, stage, method, path) == "AWS_IAM")


def _of_routes_that_ask(enforce: Callable[..., Answer]) -> Callable[..., Answer]:
    """Compare a request with the caller's policies only if its route says so."""

    def enforce_execute_api(api: str, stage: str, method: str, path: str, *arguments: Any, **named: Any) -> Answer:
        if not _asks_iam(api, stage, method, path):
            return None
        refused = enforce(api, stage, method, path, *arguments, **named)
        return refused and _answer(403, "Forbidden")

    return enforce_execute_api


def _with_permission_and_deadline(invoke: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def invoke_lambda_proxy(
        integration: Data, api: str, stage: str, path: str, method: str, headers: Data, body: bytes, query: Data,
        route_key: str = "$default", *arguments: Any, **named: Any,
    ) -> Answer:  # fmt: skip
        if not _may_invoke(integration.get("integrationUri", ""), api, stage, method, route_key):
            return _answer(500, "Internal Server Error")
        call = asyncio.ensure_future(
            invoke(integration, api, stage, path, method, headers, body, query, route_key, *arguments, **named)
        )
        done, _ = await asyncio.wait([call], timeout=MAX_SECONDS)
        return await call if done else _answer(503, "Service Unavailable")

    return invoke_lambda_proxy


def _may_invoke(uri: str, api: str, stage: str, method: str, route_key: str) -> bool:
    """Whether the function's policy lets API Gateway invoke the function, or its alias, for this route."""
    function = apigateway._extract_lambda_ref_from_integration_uri(uri)
    _, _, name = lambda_svc._get_func_record_for_ref(function)
    policy = lambda_svc._functions.get(name, {}).get("policy", {})
    named = [each for each in policy.get("Statement", ()) if each.get("Resource") == function]
    path = route_key.partition(" ")[2]
    source = f"{api}/{stage}/{method}{path}" if path else f"{api}/{stage}/{route_key}"
    account, region = get_account_id(), get_region()
    context = EvalContext(
        principal_arn="apigateway.amazonaws.com",
        principal_type="Service",
        principal_account=account,
        action="lambda:InvokeFunction",
        resource_arn=function,
        region=region,
        service_context={
            "aws:sourcearn": f"arn:aws:execute-api:{region}:{account}:{source}",
            "aws:sourceaccount": account,
        },
        principal_keys={},
    )
    return bool(
        evaluate_resource_policy({"Statement": named}, context, service="apigateway.amazonaws.com").decision == "Allow"
    )


def _with_expiry(validate: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def validate_jwt_authorizer(*arguments: Any) -> Any:
        claims, scopes, refused = await validate(*arguments)
        if refused is None and "exp" not in claims:
            return None, None, apigateway._jwt_unauthorized()
        return claims, scopes, refused

    return validate_jwt_authorizer


def _with_new_key_and_target(create: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def create_route(api: str, data: Data) -> Answer:
        return _refused_route(api, "", data) or create(api, data)

    return create_route


def _with_free_key_and_target(update: Callable[[str, str, Data], Answer]) -> Callable[[str, str, Data], Answer]:
    def update_route(api: str, route: str, data: Data) -> Answer:
        known = apigateway._routes.get(api, {}).get(route, {})
        return _refused_route(api, route, {**known, **data}) or update(api, route, data)

    return update_route


def _refused_route(api: str, route: str, data: Data) -> Answer | None:
    key, kind = data.get("routeKey"), data.get("authorizationType")
    for id, other in apigateway._routes.get(api, {}).items():
        if id != route and other["routeKey"] == key:
            return apigateway._apigw_error(
                "ConflictException", f"Route with key {key} already exists for this API", 409
            )
    target = data.get("target", "")
    if target and target.removeprefix("integrations/") not in apigateway._integrations.get(api, {}):
        return apigateway._apigw_error("NotFoundException", "Invalid Integration identifier specified", 404)
    if kind == "JWT" and data.get("authorizerId") not in apigateway._authorizers.get(api, {}):
        return apigateway._apigw_error("BadRequestException", "Invalid authorizer specified", 400)
    return None


def _with_new_name(create: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def create_stage(api: str, data: Data) -> Answer:
        if data.get("stageName") in apigateway._stages.get(api, {}):
            return apigateway._apigw_error("ConflictException", "Stage already exists", 409)
        return create(api, data)

    return create_stage


def _unless_used(
    delete: Callable[[str, str], Answer], key: str, prefix: str, what: str
) -> Callable[[str, str], Answer]:
    """Refuse to delete what a route has."""

    def delete_part(api: str, part: str) -> Answer:
        for route in apigateway._routes.get(api, {}).values():
            if route.get(key) == prefix + part:
                reason = f"Cannot delete {part}: it is the {what} of the route {route['routeKey']}"
                return apigateway._apigw_error("ConflictException", reason, 409)
        return delete(api, part)

    return delete_part


def _answer(status: int, message: str) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps({"message": message}).encode()
