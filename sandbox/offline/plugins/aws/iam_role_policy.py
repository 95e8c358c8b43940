"""aws:iam/rolePolicy:RolePolicy"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.documents import IDENTITY_POLICY
from sandbox.offline.plugins.aws.iam_role import NAME
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.aws.role_policies import document
from sandbox.offline.plugins.rules import Property, conflicting
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def _role_name(label: str, value: Any) -> str | None:
    return f'"{label}" must be the role\'s name not its ARN' if str(value).startswith("arn:") else None


class RolePolicy(AwsResource):
    """Its id is `<role>:<name>`."""

    token = "aws:iam/rolePolicy:RolePolicy"
    label = "IAM Role Policy"
    gone = ("NoSuchEntity",)
    regional = False
    tagged = False
    autonamed = ("name", 128)
    together = (conflicting("name", "namePrefix"),)
    properties: ClassVar = {
        "name": Property(computed=True, replaces=True, valid=NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=NAME),
        "policy": IDENTITY_POLICY,
        "role": Property(required=True, replaces=True, valid=_role_name),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values.get('role')}:{values.get('name', name)}"

    def make(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        self._iam(call).put_role_policy(RoleName=planned["role"], PolicyName=name, PolicyDocument=planned["policy"])
        return f"{planned['role']}:{name}"

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        role, name = id.split(":", 1)
        policy = self._iam(call).get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return {"name": name, "namePrefix": naming.prefix_of(name), "policy": document(policy), "role": role}

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        role, name = id.split(":", 1)
        self._iam(call).put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=planned["policy"])

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        role, name = id.split(":", 1)
        self._iam(call).delete_role_policy(RoleName=role, PolicyName=name)

    def _iam(self, call: AwsCall) -> "IAMClient":
        client: IAMClient = self.client("iam", call, {})
        return client
