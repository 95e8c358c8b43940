"""aws:ssm/parameter:Parameter"""

from collections.abc import Iterable, Set
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.clients import SSMClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, exactly_one_of, length, one_of
from sandbox.offline.plugins.values import UNKNOWN, Values

_SECURE = "SecureString"
_REQUEST_NAMES = {
    "allowedPattern": "AllowedPattern",
    "dataType": "DataType",
    "tier": "Tier",
    "type": "Type",
}
_REQUEST_PROPERTIES = {*_REQUEST_NAMES, "description", "insecureValue", "keyId", "value"}
_SENT_IF_CHANGED = {"dataType", "description", "keyId"}
"""Properties that an update sends only if they differ. Without a key, AWS uses its own one, `alias/aws/ssm`."""


def _secure_value(values: Values) -> Iterable[tuple[str, str]]:
    if values.get("type") == _SECURE and "insecureValue" in values:
        yield "insecureValue", f"invalid configuration, cannot set type = {_SECURE} and insecure_value"


def _same_tier(old: str, new: str) -> bool:
    """With Intelligent-Tiering, AWS chooses the tier, and returns the chosen one."""
    return old == new or new == "Intelligent-Tiering"


class Parameter(AwsResource[SSMClient]):
    """Its id is its name. `value` is a secret for every type of parameter, `insecureValue` is not."""

    token = "aws:ssm/parameter:Parameter"
    label = "SSM Parameter"
    service = "ssm"
    not_found_codes = ("ParameterNotFound",)
    tagging = Tagging(
        "ResourceId",
        by="id",
        set="add_tags_to_resource",
        remove="remove_tags_from_resource",
        extra={"ResourceType": "Parameter"},
    )
    generated_name = ("name", 2048)
    cross_property_rules = (exactly_one_of("insecureValue", "value", "valueWo"), _secure_value)
    properties: ClassVar = {
        "allowedPattern": Property(valid=length(0, 1024)),
        "arn": Property(computed=True),
        "dataType": Property(computed=True, valid=one_of("text", "aws:ec2:image", "aws:ssm:integration")),
        "description": Property(valid=length(0, 1024)),
        "hasValueWo": Property(computed=True),
        "insecureValue": Property(computed=True),
        "keyId": Property(computed=True),
        "name": Property(computed=True, replaces=True, valid=length(1, 2048)),
        "tier": Property(computed=True, valid=one_of("Standard", "Advanced", "Intelligent-Tiering"), same=_same_tier),
        "type": Property(required=True, valid=one_of("String", "StringList", _SECURE)),
        "value": Property(computed=True, secret=True),
        "version": Property(computed=True),
    }

    def properties_that_replace(self, state: Values, planned: Values, changed: Any) -> list[str]:
        """AWS can't change an advanced parameter to a standard one."""
        cheaper = "tier" in changed and (state.get("tier"), planned.get("tier")) == ("Advanced", "Standard")
        return [*super().properties_that_replace(state, planned, changed), *(["tier"] if cheaper else [])]

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        changed = planning.changed(state, planned) if state else []
        if "value" in changed:
            planned.update(insecureValue=UNKNOWN, version=UNKNOWN)
        elif "insecureValue" in changed:
            planned.update(value=UNKNOWN)

    def api_create(self, call: AwsCall, planned: Values) -> str:
        tags = self.new_tags(planned)
        self.client(call, planned).put_parameter(
            Name=planned["name"], Tags=tags, **_request(planned, _REQUEST_PROPERTIES)
        )
        return str(planned["name"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        ssm = self.client(call, state)
        found = ssm.get_parameter(Name=id, WithDecryption=True)["Parameter"]
        filters: Any = [{"Key": "Name", "Option": "Equals", "Values": [id]}]
        (about,) = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
        insecure = state.get("insecureValue") and found["Type"] != _SECURE
        return {
            "allowedPattern": about.get("AllowedPattern", ""),
            "arn": found["ARN"],
            "dataType": found["DataType"],
            "description": about.get("Description", ""),
            "insecureValue" if insecure else "value": found["Value"],
            "keyId": about.get("KeyId", ""),
            "name": id,
            "tags": tag_map(ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=id)["TagList"]),
            "tier": about.get("Tier", "Standard"),
            "type": found["Type"],
            "version": found["Version"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        ssm = self.client(call, planned)
        changed = _REQUEST_PROPERTIES.intersection(planning.changed(state, planned))
        if changed:
            sent = _REQUEST_PROPERTIES - (_SENT_IF_CHANGED - changed)
            ssm.put_parameter(Name=id, Overwrite=True, **_request(planned, sent))

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_parameter(Name=id)


def _request(planned: Values, sent: Set[str]) -> Any:
    """Returns the request with only the properties in `sent`."""
    request = {name: planned[key] for key, name in _REQUEST_NAMES.items() if key in sent and planned.get(key)}
    request["Value"] = planned.get("insecureValue") or planned.get("value", "")
    if "description" in sent:
        request["Description"] = planned.get("description", "")
    if "keyId" in sent and planned["type"] == _SECURE and planned.get("keyId"):
        request["KeyId"] = planned["keyId"]
    return request
