"""aws:secretsmanager/secretVersion:SecretVersion"""

import base64
from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import SecretsManagerClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, conflicts_with, in_any_order
from sandbox.offline.plugins.values import Values

_AWS_STAGES = ("AWSCURRENT", "AWSPREVIOUS")


def _base64(label: str, value: str) -> str | None:
    """Checks for valid base64. The message doesn't show the value."""
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return f"expected {label} to be a base64-encoded string"
    return None


class SecretVersion(AwsResource[SecretsManagerClient]):
    """The value of a secret. Its id is `<ARN of the secret>|<version id>`."""

    token = "aws:secretsmanager/secretVersion:SecretVersion"
    label = "Secrets Manager Secret Version"
    service = "secretsmanager"
    # InvalidRequestException: the secret is scheduled for deletion.
    not_found_codes = ("ResourceNotFoundException", "InvalidRequestException")
    title_property = "secretId"
    cross_property_rules = (conflicts_with("secretBinary", "secretString"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "hasSecretStringWo": Property(computed=True),
        "secretArn": Property(computed=True),
        "secretBinary": Property(replaces=True, secret=True, valid=_base64),
        "secretId": Property(required=True, replaces=True),
        "secretString": Property(replaces=True, secret=True),
        "versionId": Property(computed=True),
        "versionStages": Property(computed=True, same=in_any_order),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        given: Any = {}
        if planned.get("secretBinary"):
            given["SecretBinary"] = base64.b64decode(planned["secretBinary"])
        elif planned.get("secretString"):
            given["SecretString"] = planned["secretString"]
        if planned.get("versionStages"):
            given["VersionStages"] = planned["versionStages"]
        created = self.client(call, planned).put_secret_value(
            SecretId=planned["secretId"], ClientRequestToken=naming.from_prefix("terraform-"), **given
        )
        return f"{created['ARN']}|{created['VersionId']}"

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        secret, _, version = id.partition("|")
        found = self.client(call, state).get_secret_value(SecretId=secret, VersionId=version)
        return {
            "arn": found["ARN"],
            "secretArn": found["ARN"],
            "secretBinary": base64.b64encode(found.get("SecretBinary", b"")).decode(),
            "secretId": state.get("secretId", secret),
            "secretString": found.get("SecretString", ""),
            "versionId": version,
            "versionStages": found["VersionStages"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Updates the stages. A change of another property replaces the version."""
        before, after = (set(values.get("versionStages", [])) for values in (state, planned))
        secret, _, version = id.partition("|")
        secrets = self.client(call, planned)
        for stage in sorted(after - before):
            secrets.update_secret_version_stage(
                SecretId=secret, VersionStage=stage, MoveToVersionId=version, **_current_holder(secrets, secret, stage)
            )
        self._remove_stages(secrets, id, before - after)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS can't delete a version. It removes one without stages itself, and keeps the current one."""
        self._remove_stages(self.client(call, state), id, set(state.get("versionStages", [])).difference(_AWS_STAGES))

    def _remove_stages(self, secrets: SecretsManagerClient, id: str, stages: set[str]) -> None:
        secret, _, version = id.partition("|")
        for stage in sorted(stages):
            secrets.update_secret_version_stage(SecretId=secret, VersionStage=stage, RemoveFromVersionId=version)


def _current_holder(secrets: SecretsManagerClient, secret: str, stage: str) -> Any:
    """Returns the parameter with the version that has the stage now, which AWS requires when a stage moves."""
    versions = secrets.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    holder = next((version for version, stages in versions.items() if stage in stages), None)
    return {"RemoveFromVersionId": holder} if holder else {}
