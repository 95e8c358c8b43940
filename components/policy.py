"""Policy documents, as IAM, ECR, KMS and S3 take them."""

from collections.abc import Iterable, Mapping
from typing import Any

Statement = Mapping[str, Any]
"""With the keys of IAM, such as `Effect`."""


def policy(statements: Iterable[Statement]) -> Mapping[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
