"""The secrets of a module, stored where AWS encrypts them and readable only for its function."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
from pydantic import SecretStr

from components.arn import AwsScope
from components.function.secret_permissions import ReadableSecret, read_secrets
from components.naming import secret_name
from components.policy import Statement
from components.protection import stateful_options
from components.settings.environment import Secret


@dataclass(frozen=True, kw_only=True)
class ModuleSecretsArgs:
    function_name: str
    secrets: Mapping[str, Secret]
    """Secrets by the variable that refers to them."""
    values: Mapping[str, SecretStr]
    """Values by variable, for all secrets that don't exist elsewhere."""
    scope: pulumi.Input[AwsScope]
    """Where the secrets are that are given by name."""
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key to encrypt with. Defaults to a key of AWS's own."""
    force_delete: bool = False
    """Delete secrets of Secrets Manager at once. Otherwise AWS keeps them for 30 more days."""
    protection: bool = False
    """Keep the secrets in AWS when they are removed from the program."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Stored:
    store: str
    reference: pulumi.Input[str]
    arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str | None]
    revision: pulumi.Input[str]


class ModuleSecrets(pulumi.ComponentResource):
    """Stores the values that a stack sets, and has what a function needs to read all of its secrets."""

    references: Mapping[str, pulumi.Input[str]]
    """By variable, the name of a parameter, the ARN of a secret, or the given name or ARN of an existing secret."""
    revisions: Mapping[str, pulumi.Input[str]]
    """By variable, a text that differs for each stored value, or the reference to an existing secret."""
    permissions: pulumi.Output[list[Statement]]

    def __init__(self, name: str, args: ModuleSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:ModuleSecrets", name, None, opts)

        stored = {variable: self._stored(name, variable, args) for variable in sorted(args.secrets)}
        self.references = {variable: one.reference for variable, one in stored.items()}
        self.revisions = {variable: one.revision for variable, one in stored.items()}
        self.permissions = pulumi.Output.all(
            *(
                {"store": args.secrets[variable].store, "arn": one.arn, "kms_key_arn": one.kms_key_arn}
                for variable, one in stored.items()
            )
        ).apply(lambda known: list(read_secrets([ReadableSecret(**one) for one in known])))
        self.register_outputs({"references": dict(self.references), "revisions": dict(self.revisions)})

    def _stored(self, name: str, variable: str, args: ModuleSecretsArgs) -> _Stored:
        secret = args.secrets[variable]
        if secret.existing is not None:
            return _existing(secret, secret.existing, args.scope)
        value = pulumi.Output.secret(args.values[variable].get_secret_value())
        store = self._parameter if secret.store == "parameterStore" else self._secret
        return store(f"{name}-{variable}", secret_name(args.function_name, variable), value, args)

    def _parameter(self, name: str, path: str, value: pulumi.Output[str], args: ModuleSecretsArgs) -> _Stored:
        parameter = aws.ssm.Parameter(
            name,
            name=path,
            type="SecureString",
            value=value,
            key_id=args.kms_key_arn,
            tags=args.tags,
            opts=stateful_options(self, args.protection),
        )
        return _Stored(
            store="parameterStore",
            reference=parameter.name,
            arn=parameter.arn,
            kms_key_arn=args.kms_key_arn,
            revision=pulumi.Output.concat(parameter.arn, ":", parameter.version.apply(str)),
        )

    def _secret(self, name: str, path: str, value: pulumi.Output[str], args: ModuleSecretsArgs) -> _Stored:
        secret = aws.secretsmanager.Secret(
            name,
            name=path,
            kms_key_id=args.kms_key_arn,
            recovery_window_in_days=0 if args.force_delete else 30,
            tags=args.tags,
            opts=stateful_options(self, args.protection),
        )
        version = aws.secretsmanager.SecretVersion(
            f"{name}-value", secret_id=secret.arn, secret_string=value, opts=pulumi.ResourceOptions(parent=self)
        )
        return _Stored(
            store="secretsManager",
            reference=version.secret_arn,
            arn=secret.arn,
            kms_key_arn=args.kms_key_arn,
            revision=version.id,
        )


def _existing(secret: Secret, reference: pulumi.Input[str], scope: pulumi.Input[AwsScope]) -> _Stored:
    arn = pulumi.Output.all(scope, reference).apply(lambda known: known[0].store_arn(secret.store, known[1]))
    return _Stored(store=secret.store, reference=reference, arn=arn, kms_key_arn=secret.kms_key, revision=reference)
