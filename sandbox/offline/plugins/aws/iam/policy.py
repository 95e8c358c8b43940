"""aws:iam/policy:Policy"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.documents import compact, policy_object, same_policy
from sandbox.offline.plugins.aws.iam.role import NAME
from sandbox.offline.plugins.aws.iam.role_policies import document
from sandbox.offline.plugins.aws.resource import ARN_PATTERN, AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, conflicts_with, every, length
from sandbox.offline.plugins.values import Values

_MAX_VERSIONS = 5  # AWS stores no more versions of a policy


def described(iam: IAMClient, arn: str) -> Values:
    """A managed policy, with the text of its default version."""
    policy: Any = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "arn": policy["Arn"],
        "attachmentCount": policy.get("AttachmentCount", 0),
        "description": policy.get("Description", ""),
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "policy": document(version["Document"]),
        "policyId": policy["PolicyId"],
        "tags": tag_map(policy.get("Tags", [])),
    }


class Policy(AwsResource[IAMClient]):
    """A managed policy. Its id is its ARN."""

    token = "aws:iam/policy:Policy"
    label = "IAM Policy"
    service = "iam"
    not_found_codes = ("NoSuchEntity",)
    tagging = Tagging("PolicyArn", set="tag_policy", remove="untag_policy")
    regional = False
    import_id = ARN_PATTERN
    generated_name = ("name", 128)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
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

    def api_create(self, call: AwsCall, planned: Values) -> str:
        created = self.client(call, planned).create_policy(
            PolicyName=planned.get("name") or naming.from_prefix(planned["namePrefix"]),
            PolicyDocument=planned["policy"],
            Path=planned["path"],
            Description=planned.get("description", ""),
            Tags=self.new_tags(planned),
        )
        return created["Policy"]["Arn"]

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        iam = self.client(call, state)
        values = described(iam, id)
        prefix = naming.prefix_of(values["name"])
        return {**values, "namePrefix": prefix, "tags": tag_map(iam.list_policy_tags(PolicyArn=id)["Tags"])}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        iam = self.client(call, planned)
        if planned["policy"] != state["policy"]:
            others = _other_versions(iam, id)
            if len(others) + 1 >= _MAX_VERSIONS:
                iam.delete_policy_version(PolicyArn=id, VersionId=others[0])
            iam.create_policy_version(PolicyArn=id, PolicyDocument=planned["policy"], SetAsDefault=True)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        iam = self.client(call, state)
        for version in _other_versions(iam, id):
            iam.delete_policy_version(PolicyArn=id, VersionId=version)
        iam.delete_policy(PolicyArn=id)


def _other_versions(iam: IAMClient, arn: str) -> list[str]:
    """Returns the versions that aren't the default version, the oldest first."""
    versions: Any = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    others = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
    return [each["VersionId"] for each in others]
