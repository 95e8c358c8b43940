"""aws:secretsmanager/secret:Secret"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming, planning
from sandbox.offline.plugins.aws.clients import SecretsManagerClient
from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.resource import ARN_PATTERN, AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, conflicts_with, json_text, matching
from sandbox.offline.plugins.values import Values

_NAME = matching(r"[\w/+=.@-]*", "only alphanumeric characters and /_+=.@- special characters are allowed")


def _window(label: str, value: int) -> str | None:
    return None if value == 0 or 7 <= value <= 30 else f"expected {label} to be 0 or in the range (7 - 30), got {value}"


class Secret(AwsResource[SecretsManagerClient]):
    """A secret without its value, which belongs to a SecretVersion. Its id is its ARN."""

    token = "aws:secretsmanager/secret:Secret"
    label = "Secrets Manager Secret"
    service = "secretsmanager"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("SecretId", by="id")
    import_id = ARN_PATTERN
    generated_name = ("name", 512)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "description": Property(),
        "forceOverwriteReplicaSecret": Property(default=False),
        "kmsKeyId": Property(),
        "name": Property(computed=True, replaces=True, valid=_NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=_NAME),
        "policy": Property(computed=True, json=True, valid=json_text, normalise=compact, same=same_policy),
        "recoveryWindowInDays": Property(default=30, valid=_window),
        "replicas": Property(computed=True, output_only=True),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        created = self.client(call, planned).create_secret(
            Name=name,
            Description=planned.get("description", ""),
            Tags=self.new_tags(planned),
            **_key(planned),
        )
        return created["ARN"]

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        if planned.get("policy"):
            self.client(call, planned).put_resource_policy(SecretId=id, ResourcePolicy=planned["policy"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        secrets = self.client(call, state)
        secret: Any = secrets.describe_secret(SecretId=id)
        if "DeletedDate" in secret:
            return None
        return {
            "arn": secret["ARN"],
            "description": secret.get("Description", ""),
            "kmsKeyId": secret.get("KmsKeyId", ""),
            "name": secret["Name"],
            "namePrefix": naming.prefix_of(secret["Name"]),
            "policy": secrets.get_resource_policy(SecretId=id).get("ResourcePolicy", ""),
            "replicas": [],
            "tags": tag_map(secret.get("Tags", [])),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        secrets = self.client(call, planned)
        if not {"description", "kmsKeyId"}.isdisjoint(planning.changed(state, planned)):
            secrets.update_secret(SecretId=id, Description=planned.get("description", ""), **_key(planned))
        if planned.get("policy") and planned["policy"] != state.get("policy"):
            secrets.put_resource_policy(SecretId=id, ResourcePolicy=planned["policy"])
        elif state.get("policy") and not planned.get("policy"):
            secrets.delete_resource_policy(SecretId=id)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """Without a recovery window, AWS deletes it at once. Otherwise its name stays in use until the window ends."""
        days = state.get("recoveryWindowInDays", 30)
        when: Any = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        self.client(call, state).delete_secret(SecretId=id, **when)


def _key(planned: Values) -> Any:
    """The removal of a key is not sent, as in the official provider, so AWS keeps the key."""
    return {"KmsKeyId": planned["kmsKeyId"]} if planned.get("kmsKeyId") else {}
