"""Issues the registry's tokens and checks IAM's permissions. MiniStack 1.5.33 lets everybody push and pull."""

import base64
import json
import os
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region, set_request_account_id
from ministack.services import ecr, lambda_svc

from sandbox.emulator.registry_access import USER, Tokens


def issue_registry_tokens(tokens: Tokens) -> None:
    """Make ECR's GetAuthorizationToken return these tokens."""
    original = ecr._get_authorization_token

    def get_authorization_token(data: dict[str, Any]) -> Any:
        status, headers, body = original(data)
        given = json.loads(body)
        password = tokens.issue(iam_evaluator._verified_key.get())
        given["authorizationData"][0]["authorizationToken"] = base64.b64encode(f"{USER}:{password}".encode()).decode()
        return status, headers, json.dumps(given).encode()

    ecr._get_authorization_token = get_authorization_token
    lambda_svc._get_docker_client = _logged_in(lambda_svc._get_docker_client, tokens)


def _logged_in(get_client: Callable[[], Any], tokens: Tokens) -> Callable[[], Any]:
    """Log the emulator's own Docker client in, which pulls a function's image if the engine lacks it."""
    registry = f"localhost:{os.environ['GATEWAY_PORT']}"

    def get_docker_client() -> Any:
        if client := get_client():
            password = tokens.issue(os.environ["AWS_ACCESS_KEY_ID"])
            client.api._auth_configs.add_auth(registry, {"username": USER, "password": password})
        return client

    return get_docker_client


def is_allowed(access_key: str, action: str, repository: str) -> bool:
    set_request_account_id(access_key)
    arns = [record["repositoryArn"] for key, record in ecr._repositories.all_items() if key[2] == repository]
    arn = arns[0] if arns else f"arn:aws:ecr:{get_region()}:{get_account_id()}:repository/{repository}"
    return iam_evaluator.enforce(access_key, f"ecr:{action}", "ecr", arn.split(":")[3], arn) is None
