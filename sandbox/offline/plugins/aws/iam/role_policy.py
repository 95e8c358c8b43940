"""aws:iam/rolePolicy:RolePolicy"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.documents import IDENTITY_POLICY
from sandbox.offline.plugins.aws.iam.role import NAME
from sandbox.offline.plugins.aws.iam.role_policies import document
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, conflicts_with
from sandbox.offline.plugins.values import Values


def _role_name(label: str, value: Any) -> str | None:
    return f'"{label}" must be the role\'s name not its ARN' if str(value).startswith("arn:") else None


class RolePolicy(AwsResource[IAMClient]):
    """Its id is `<role>:<name>`."""

    token = "aws:iam/rolePolicy:RolePolicy"
    label = "IAM Role Policy"
    service = "iam"
    not_found_codes = ("NoSuchEntity",)
    regional = False
    generated_name = ("name", 128)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "name": Property(computed=True, replaces=True, valid=NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=NAME),
        "policy": IDENTITY_POLICY,
        "role": Property(required=True, replaces=True, valid=_role_name),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values.get('role')}:{values.get('name', name)}"

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        self.client(call, planned).put_role_policy(
            RoleName=planned["role"], PolicyName=name, PolicyDocument=planned["policy"]
        )
        return f"{planned['role']}:{name}"

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        role, name = id.split(":", 1)
        policy = self.client(call, state).get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return {"name": name, "namePrefix": naming.prefix_of(name), "policy": document(policy), "role": role}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        role, name = id.split(":", 1)
        self.client(call, planned).put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=planned["policy"])

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        role, name = id.split(":", 1)
        self.client(call, state).delete_role_policy(RoleName=role, PolicyName=name)
