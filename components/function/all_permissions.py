"""All that a module's settings let its function do, computed before anything is created."""

from collections.abc import Iterator

from components.arn import AwsScope
from components.function.permissions import function_statements
from components.function.secret_permissions import ReadableSecret, read_secrets
from components.naming import secret_name
from components.policy import Statement
from components.settings.environment import Secret
from components.settings.module import ModuleSettings


def all_statements(
    settings: ModuleSettings, scope: AwsScope, function_name: str, kms_key_arn: str | None, *, prefix: str
) -> Iterator[Statement]:
    """Yield the statements of the function's policy. `kms_key_arn` is the key of a stack that has one, and the names of
    its functions begin with `prefix`."""
    yield from function_statements(settings, scope, function_name, kms_key_arn, prefix=prefix)
    secrets = settings.secrets.items()
    yield from read_secrets([_readable(scope, function_name, name, secret, kms_key_arn) for name, secret in secrets])


def _readable(scope: AwsScope, function_name: str, variable: str, secret: Secret, key: str | None) -> ReadableSecret:
    name = secret.existing or secret_name(function_name, variable)
    its_key = secret.kms_key if secret.existing else key
    return ReadableSecret(store=secret.store, arn=scope.store_arn(secret.store, name), kms_key_arn=its_key)
