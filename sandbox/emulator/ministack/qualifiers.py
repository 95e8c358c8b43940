"""Evaluates permissions to invoke a version or an alias on that, as IAM does. MiniStack 1.5.33 ignores the qualifier.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""

from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions

from sandbox.emulator.ministack.requests import INVOCATION


def evaluate_qualifiers() -> None:
    iam_actions.extract_resource_arn = with_qualifier(iam_actions.extract_resource_arn)


def with_qualifier(extract: Callable[..., str]) -> Callable[..., str]:
    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *where: str
    ) -> str:
        arn = extract(service, method, path, headers, body, query, *where)
        qualifier = iam_actions._query_param(query, "Qualifier")
        if service == "lambda" and qualifier and INVOCATION.fullmatch(path) and arn.count(":") == 6:
            return f"{arn}:{qualifier}"
        return arn

    return extract_resource_arn
