"""aws:kms/alias:Alias"""

import re
from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import KMSClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, conflicts_with
from sandbox.offline.plugins.values import Values


def _name(label: str, value: Any) -> str | None:
    if value.startswith("alias/aws/"):
        return f"\"{label}\" cannot begin with reserved AWS CMK prefix 'alias/aws/'"
    if not re.fullmatch(r"alias/[\w/-]+", value, re.ASCII):
        return f"\"{label}\" must begin with 'alias/' and be comprised of only [0-9A-Za-z_/-]"
    return None


def _same_key(old: str, new: str) -> bool:
    """Whether two ids or ARNs are those of the same key."""
    return old.rpartition("/")[2] == new.rpartition("/")[2]


class Alias(AwsResource[KMSClient]):
    """Its id is its name."""

    token = "aws:kms/alias:Alias"
    label = "KMS Alias"
    service = "kms"
    not_found_codes = ("NotFoundException",)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "name": Property(computed=True, replaces=True, valid=_name),
        "namePrefix": Property(computed=True, replaces=True, valid=_name),
        "targetKeyArn": Property(computed=True),
        "targetKeyId": Property(required=True, same=_same_key),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        """If the key doesn't exist, the official provider retries for minutes; this one reports it at once."""
        name = planned.get("name") or naming.from_prefix(planned.get("namePrefix", "alias/"))
        self.client(call, planned).create_alias(AliasName=name, TargetKeyId=planned["targetKeyId"])
        return str(name)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        pages = self.client(call, state).get_paginator("list_aliases").paginate()
        alias = next((each for page in pages for each in page["Aliases"] if each.get("AliasName") == id), None)
        if alias is None:
            return None
        key = alias["TargetKeyId"]
        return {
            "arn": alias["AliasArn"],
            "name": id,
            "namePrefix": naming.prefix_of(id),
            "targetKeyArn": f"{alias['AliasArn'].removesuffix(id)}key/{key}",
            "targetKeyId": key,
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if not _same_key(state["targetKeyId"], planned["targetKeyId"]):
            self.client(call, planned).update_alias(AliasName=id, TargetKeyId=planned["targetKeyId"])

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_alias(AliasName=id)
