"""Statements of IAM policies: the permissions to read secrets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.arn import AwsScope
from components.policy import Statement


@dataclass(frozen=True, kw_only=True)
class ReadableSecret:
    store: str
    """`parameterStore` or `secretsManager`, as in settings."""
    arn: str
    kms_key_arn: str | None
    """ARN of the customer-managed KMS key that it is encrypted with. AWS's own keys need no permission."""


def read_secrets(secrets: Sequence[ReadableSecret]) -> Iterator[Statement]:
    """Allow reading exactly these secrets, and decrypting them only through the service that stores them.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    """
    parameters = [secret for secret in secrets if secret.store == "parameterStore"]
    yield from _read("Parameters", "ssm", ["ssm:GetParameter", "ssm:GetParameters"], parameters)
    others = [secret for secret in secrets if secret.store == "secretsManager"]
    yield from _read("Secrets", "secretsmanager", ["secretsmanager:GetSecretValue"], others)


def _read(what: str, service: str, actions: Sequence[str], secrets: Sequence[ReadableSecret]) -> Iterator[Statement]:
    if secrets:
        arns = sorted({secret.arn for secret in secrets})
        yield {"Sid": f"Read{what}", "Effect": "Allow", "Action": actions, "Resource": arns}
    keys = sorted({secret.kms_key_arn for secret in secrets if secret.kms_key_arn})
    if keys:
        services = sorted({AwsScope.of(key).service(service) for key in keys})
        yield {
            "Sid": f"Decrypt{what}",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": keys,
            "Condition": {"StringEquals": {"kms:ViaService": services}},
        }
