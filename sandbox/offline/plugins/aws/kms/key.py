"""aws:kms/key:Key"""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import KMSClient
from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.rules import Property, in_range, json_text, length, one_of, required_with
from sandbox.offline.plugins.values import Values

_SPECS = (
    *("RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"),
    *("SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2"),
)
_USAGES = ("SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT")
_OPTIONAL = {
    "customKeyStoreId": "CustomKeyStoreId",
    "description": "Description",
    "multiRegion": "MultiRegion",
    "policy": "Policy",
    "xksKeyId": "XksKeyId",
}
"""The parameters of a new key that are sent only if the program sets them."""
_MAX_WINDOW_DAYS = 30


def _tag_list(tags: Mapping[str, str]) -> Any:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


class Key(AwsResource[KMSClient]):
    """Its id is the key id."""

    token = "aws:kms/key:Key"
    label = "KMS Key"
    service = "kms"
    # KMSInvalidStateException: the deletion of the key is scheduled already.
    not_found_codes = ("NotFoundException", "KMSInvalidStateException")
    tagging = Tagging("KeyId", by="id", form=_tag_list)
    cross_property_rules = (required_with("rotationPeriodInDays", "enableKeyRotation"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "bypassPolicyLockoutSafetyCheck": Property(default=False),
        "customKeyStoreId": Property(replaces=True, valid=length(1, 64)),
        "customerMasterKeySpec": Property(default="SYMMETRIC_DEFAULT", replaces=True, valid=one_of(*_SPECS)),
        "deletionWindowInDays": Property(valid=in_range(7, _MAX_WINDOW_DAYS)),
        "description": Property(computed=True, valid=length(0, 8192)),
        "enableKeyRotation": Property(default=False),
        "isEnabled": Property(default=True),
        "keyId": Property(computed=True),
        "keyUsage": Property(default="ENCRYPT_DECRYPT", replaces=True, valid=one_of(*_USAGES)),
        "multiRegion": Property(computed=True, replaces=True),
        "policy": Property(computed=True, json=True, valid=json_text, normalise=compact, same=same_policy),
        "rotationPeriodInDays": Property(computed=True, valid=in_range(90, 2560)),
        "xksKeyId": Property(replaces=True, valid=length(1, 64)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        given: Any = {name: planned[key] for key, name in _OPTIONAL.items() if planned.get(key)}
        created = self.client(call, planned).create_key(
            BypassPolicyLockoutSafetyCheck=planned["bypassPolicyLockoutSafetyCheck"],
            KeySpec=planned["customerMasterKeySpec"],
            KeyUsage=planned["keyUsage"],
            Tags=self.new_tags(planned),
            **given,
        )
        return created["KeyMetadata"]["KeyId"]

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        kms = self.client(call, planned)
        if planned["enableKeyRotation"]:
            kms.enable_key_rotation(KeyId=id, **_period(planned))
        if not planned["isEnabled"]:
            kms.disable_key(KeyId=id)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        kms = self.client(call, state)
        key = kms.describe_key(KeyId=id)["KeyMetadata"]
        if key.get("KeyState") == "PendingDeletion":
            return None
        rotation = _rotation(kms, key)
        return {
            "arn": key["Arn"],
            "customKeyStoreId": key.get("CustomKeyStoreId", ""),
            "customerMasterKeySpec": key.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "description": key.get("Description", ""),
            "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
            "isEnabled": key.get("Enabled", False),
            "keyId": key["KeyId"],
            "keyUsage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
            "multiRegion": key.get("MultiRegion", False),
            "policy": kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays", 0),
            "tags": {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=id).get("Tags", [])},
            "xksKeyId": key.get("XksKeyConfiguration", {}).get("Id", ""),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """A disabled key can't be changed, so a key is enabled first or disabled last."""
        kms = self.client(call, planned)
        if planned["isEnabled"] and not state["isEnabled"]:
            kms.enable_key(KeyId=id)
        self._rotate(kms, id, state, planned)
        if planned.get("description", "") != state.get("description", ""):
            kms.update_key_description(KeyId=id, Description=planned.get("description", ""))
        if planned.get("policy") != state.get("policy"):
            bypass = planned["bypassPolicyLockoutSafetyCheck"]
            kms.put_key_policy(KeyId=id, Policy=planned["policy"], BypassPolicyLockoutSafetyCheck=bypass)
        if state["isEnabled"] and not planned["isEnabled"]:
            kms.disable_key(KeyId=id)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS deletes the key at the end of its window. Until then it can't be used."""
        window = state.get("deletionWindowInDays") or _MAX_WINDOW_DAYS
        self.client(call, state).schedule_key_deletion(KeyId=id, PendingWindowInDays=window)

    def _rotate(self, kms: KMSClient, id: str, state: Values, planned: Values) -> None:
        if planned["enableKeyRotation"] and (not state["enableKeyRotation"] or _period(planned) != _period(state)):
            kms.enable_key_rotation(KeyId=id, **_period(planned))
        elif state["enableKeyRotation"] and not planned["enableKeyRotation"]:
            kms.disable_key_rotation(KeyId=id)


def _rotation(kms: KMSClient, key: Any) -> Any:
    """Returns the rotation status, which AWS has only for symmetric keys."""
    return kms.get_key_rotation_status(KeyId=key["KeyId"]) if key.get("KeySpec") == "SYMMETRIC_DEFAULT" else {}


def _period(values: Values) -> Any:
    days = values.get("rotationPeriodInDays")
    return {"RotationPeriodInDays": days} if days else {}
