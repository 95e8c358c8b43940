"""aws:iam/policy:Policy"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.documents import compact, policy_object, same_policy
from sandbox.offline.plugins.aws.iam_role import NAME
from sandbox.offline.plugins.aws.resource import AN_ARN, AwsCall, AwsResource, own_tags, tag_list, tag_map
from sandbox.offline.plugins.aws.role_policies import document
from sandbox.offline.plugins.rules import Property, conflicting, every, length
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_VERSIONS = 5  # that AWS keeps of a policy


class Policy(AwsResource):
    """A managed policy; its id is its ARN."""

    token = "aws:iam/policy:Policy"
    label = "IAM Policy"
    gone = ("NoSuchEntity",)
    regional = False
    import_id = AN_ARN
    autonamed = ("name", 128)
    together = (conflicting("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "attachmentCount": Property(computed=True),
        "description": Property(replaces=True, valid=length(0, 1000)),
        "name": Property(computed=True, replaces=True, valid=every(length(1, 128), NAME)),
        "namePrefix": Property(computed=True, replaces=True, valid=every(length(1, 102), NAME)),
        "path": Property(default="/", replaces=True),
        "policy": Property(required=True, json=True, valid=policy_object, normalise=compact, same=same_policy),
        "policyId": Property(computed=True),
    }

    def make(self, call: AwsCall, planned: Values) -> str:
        created = self._iam(call).create_policy(
            PolicyName=planned.get("name") or naming.from_prefix(planned["namePrefix"]),
            PolicyDocument=planned["policy"],
            Path=planned["path"],
            Description=planned.get("description", ""),
            Tags=tag_list(own_tags(planned.get("tags", {}))),  # type: ignore[arg-type]  # a TypedDict
        )
        return created["Policy"]["Arn"]

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        iam = self._iam(call)
        policy: Any = iam.get_policy(PolicyArn=id)["Policy"]
        version = iam.get_policy_version(PolicyArn=id, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        return {
            "arn": policy["Arn"],
            "attachmentCount": policy.get("AttachmentCount", 0),
            "description": policy.get("Description", ""),
            "name": policy["PolicyName"],
            "namePrefix": naming.prefix_of(policy["PolicyName"]),
            "path": policy["Path"],
            "policy": document(version["Document"]),
            "policyId": policy["PolicyId"],
            "tags": tag_map(iam.list_policy_tags(PolicyArn=id)["Tags"]),
        }

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        iam = self._iam(call)
        if removed:
            iam.untag_policy(PolicyArn=thing, TagKeys=removed)
        if changed:
            iam.tag_policy(PolicyArn=thing, Tags=tag_list(changed))  # type: ignore[arg-type]  # a TypedDict

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        iam = self._iam(call)
        if planned["policy"] != state["policy"]:
            others = _other_versions(iam, id)
            if len(others) + 1 >= _VERSIONS:
                iam.delete_policy_version(PolicyArn=id, VersionId=others[0])
            iam.create_policy_version(PolicyArn=id, PolicyDocument=planned["policy"], SetAsDefault=True)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        iam = self._iam(call)
        for version in _other_versions(iam, id):
            iam.delete_policy_version(PolicyArn=id, VersionId=version)
        iam.delete_policy(PolicyArn=id)

    def _iam(self, call: AwsCall) -> "IAMClient":
        client: IAMClient = self.client("iam", call, {})
        return client


def _other_versions(iam: "IAMClient", arn: str) -> list[str]:
    """The versions that aren't in force, the oldest first."""
    versions: Any = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    others = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
    return [each["VersionId"] for each in others]
