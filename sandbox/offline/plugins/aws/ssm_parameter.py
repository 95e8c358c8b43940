"""aws:ssm/parameter:Parameter"""

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, own_tags, tag_list, tag_map
from sandbox.offline.plugins.rules import Property, exactly_one_of, length, one_of
from sandbox.offline.plugins.values import UNKNOWN, Values

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_SECURE = "SecureString"
_SENT = {
    "allowedPattern": "AllowedPattern",
    "dataType": "DataType",
    "tier": "Tier",
    "type": "Type",
}
_OF_THE_REQUEST = {*_SENT, "description", "insecureValue", "keyId", "value"}
_ONLY_IF_CHANGED = {"dataType", "description", "keyId"}
"""What an update tells only if it differs. AWS takes a key that isn't told for its own, `alias/aws/ssm`."""


def _secure_value(values: Values) -> Iterable[tuple[str, str]]:
    if values.get("type") == _SECURE and "insecureValue" in values:
        yield "insecureValue", f"invalid configuration, cannot set type = {_SECURE} and insecure_value"


def _same_tier(old: str, new: str) -> bool:
    """With Intelligent-Tiering AWS chooses, and tells what it chose."""
    return old == new or new == "Intelligent-Tiering"


class Parameter(AwsResource):
    """Its id is its name. The value is a secret whatever the type; `insecureValue` is the one that isn't."""

    token = "aws:ssm/parameter:Parameter"
    label = "SSM Parameter"
    gone = ("ParameterNotFound",)
    tagged_by = "id"
    autonamed = ("name", 2048)
    together = (exactly_one_of("insecureValue", "value", "valueWo"), _secure_value)
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

    def replacing(self, state: Values, planned: Values, changed: Any) -> list[str]:
        """AWS makes no standard parameter of an advanced one."""
        cheaper = "tier" in changed and (state.get("tier"), planned.get("tier")) == ("Advanced", "Standard")
        return [*super().replacing(state, planned, changed), *(["tier"] if cheaper else [])]

    def customise(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().customise(call, state, planned)
        changed = planning.changed(state, planned) if state else []
        if "value" in changed:
            planned.update(insecureValue=UNKNOWN, version=UNKNOWN)
        elif "insecureValue" in changed:
            planned.update(value=UNKNOWN)

    def make(self, call: AwsCall, planned: Values) -> str:
        tags = tag_list(own_tags(planned.get("tags", {})))
        self._ssm(call, planned).put_parameter(Name=planned["name"], Tags=tags, **_request(planned, _OF_THE_REQUEST))  # type: ignore[arg-type]  # a TypedDict
        return str(planned["name"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        ssm = self._ssm(call, state)
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

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        ssm = self._ssm(call, planned)
        if removed:
            ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=thing, TagKeys=removed)
        if changed:
            ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=thing, Tags=tag_list(changed))  # type: ignore[arg-type]  # a TypedDict

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        ssm = self._ssm(call, planned)
        changed = _OF_THE_REQUEST.intersection(planning.changed(state, planned))
        if changed:
            told = _OF_THE_REQUEST - (_ONLY_IF_CHANGED - changed)
            ssm.put_parameter(Name=id, Overwrite=True, **_request(planned, told))

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._ssm(call, state).delete_parameter(Name=id)

    def _ssm(self, call: AwsCall, values: Values) -> "SSMClient":
        client: SSMClient = self.client("ssm", call, values)
        return client


def _request(planned: Values, told: Set[str]) -> Any:
    """Without those properties that aren't to be told."""
    request = {name: planned[key] for key, name in _SENT.items() if key in told and planned.get(key)}
    request["Value"] = planned.get("insecureValue") or planned.get("value", "")
    if "description" in told:
        request["Description"] = planned.get("description", "")
    if "keyId" in told and planned["type"] == _SECURE and planned.get("keyId"):
        request["KeyId"] = planned["keyId"]
    return request
