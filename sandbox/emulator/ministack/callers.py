"""Authenticates every caller: root with the sandbox's own keys, or a principal of IAM, with a valid signature.

MiniStack accepts the keys `test`, an account's number, or no keys as root without checking the signature. It serves
some paths to everybody, and derives the keys of a function's role from public names (MiniStack 1.5.33).
"""

import functools
import hmac
import os
import secrets
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.iam_evaluator import AuthError, ResolvedCredential
from ministack.core.responses import get_account_id
from ministack.core.router import detect_service, extract_access_key_id
from ministack.services import lambda_svc, s3, sts

from sandbox.emulator.gate import HTTP_APIS
from sandbox.emulator.ministack import http_apis

Answer = Any
"""As MiniStack returns one: status, headers, body. None passes the request on."""

UNSIGNED = AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")


def check_callers() -> None:
    iam_evaluator.is_root_access_key = sts.is_root_access_key = is_root
    iam_evaluator._is_root_key = lambda _: False  # it says whose signature is not checked
    iam_evaluator.enforce = _except_public_urls(iam_evaluator.enforce)
    app._handle_pre_body_request = _only_health
    app._handle_post_body_shortcuts = authenticated
    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = role_session


def is_root(key: str) -> bool:
    return hmac.compare_digest(key.encode(), os.environ["AWS_ACCESS_KEY_ID"].encode())


async def _only_health(method: str, path: str, headers: Any, query: Any, request_id: str) -> Answer:
    """Answer only the health check without authentication."""
    return app._handle_health_request(path, request_id)


async def authenticated(method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str) -> Answer:
    """Refuse a request unless its signature is valid, or something else checks the request."""
    key, signed = extract_access_key_id(headers, query), iam_evaluator._signed_request.get()
    if app._is_ecr_registry_path(path):  # checked by RegistryAccess
        return None
    if app._parse_lambda_url("", path) and not key and not lambda_svc._function_url_is_signed(headers, query):
        return None  # it is refused later, unless the URL is public
    if not key and _confirms_subscription(method, path, headers, query):
        return None  # it is refused later, unless it has the token that only the subscriber was sent
    if path.startswith(HTTP_APIS):
        return http_apis.refused_caller(path, method, key)
    if signed is not None and signed.s3_scoped:
        return s3._verify_presigned_sigv4(method, path, headers, query)
    checked = iam_evaluator.authenticate(key, get_account_id())
    if isinstance(checked, ResolvedCredential):
        return None
    service = detect_service(method, path, headers, app._routing_params(method, path, headers, body, query))
    return app._credential_failure(service, "", request_id, checked or UNSIGNED, headers)


def _confirms_subscription(method: str, path: str, headers: Any, query: Any) -> bool:
    wanted = method == "GET" and query.get("Action") == ["ConfirmSubscription"]
    return bool(wanted and detect_service(method, path, headers, query) == "sns")


def _except_public_urls(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """Allow unsigned requests to function URLs, and those that confirm a subscription.

    MiniStack's own code refuses them if the URL isn't public, or the token is wrong.
    """

    def enforced(access_key: str, action: str, *arguments: Any, **named: Any) -> Any:
        if action in ("lambda:InvokeFunctionUrl", "sns:ConfirmSubscription") and not access_key:
            return None
        return enforce(access_key, action, *arguments, **named)

    return enforced


def role_session(configuration: dict[str, Any]) -> dict[str, str]:
    """Return the credentials of a function's container: a session of its role that no other function has."""
    account, _ = lambda_runtime._account_region_from_function_config(configuration)
    role = configuration.get("Role", "").rsplit("/", 1)[-1]
    name = configuration["FunctionName"][:64]
    session = _session(configuration["FunctionArn"], configuration.get("Role", ""))
    sts.register_session(
        session["AWS_ACCESS_KEY_ID"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
            "UserId": f"{role}:{name}",
            "SecretAccessKey": session["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": session["AWS_SESSION_TOKEN"],
        },
    )
    return dict(session)


@functools.cache
def _session(function: str, role: str) -> dict[str, str]:
    """Return the session of a version. It lasts as long as the emulator, like the version's instances."""
    return {
        "AWS_ACCESS_KEY_ID": f"ASIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_SESSION_TOKEN": secrets.token_urlsafe(60),
    }
