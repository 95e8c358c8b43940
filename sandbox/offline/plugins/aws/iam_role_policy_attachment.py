"""aws:iam/rolePolicyAttachment:RolePolicyAttachment"""

from typing import TYPE_CHECKING, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.aws.role_policies import managed_policies
from sandbox.offline.plugins.resource import Found
from sandbox.offline.plugins.rules import Property, arn
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


class RolePolicyAttachment(AwsResource):
    """A managed policy on a role. Its id is `<role>-<26 digits>`; an import takes `<role>/<policy ARN>`."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    label = "IAM Role Policy Attachment"
    gone = ("NoSuchEntity",)
    regional = False
    tagged = False
    properties: ClassVar = {
        "policyArn": Property(required=True, replaces=True, valid=arn),
        "role": Property(required=True, replaces=True),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values.get('policyArn')} on the role {values.get('role')}"

    def make(self, call: AwsCall, planned: Values) -> str:
        self._iam(call).attach_role_policy(RoleName=planned["role"], PolicyArn=planned["policyArn"])
        return naming.from_prefix(f"{planned['role']}-")

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        attached = managed_policies(self._iam(call), state["role"])
        return {name: state[name] for name in self.properties} if state["policyArn"] in attached else None

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> Found | None:
        if state:
            return super().read(call, id, inputs, state)
        role, _, policy = id.partition("/")
        known = {"role": role, "policyArn": policy}
        return super().read(call, f"{role}-{policy}", inputs, known) if policy.startswith("arn:") else None

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Nothing can be updated: every change replaces it."""

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._iam(call).detach_role_policy(RoleName=state["role"], PolicyArn=state["policyArn"])

    def _iam(self, call: AwsCall) -> "IAMClient":
        client: IAMClient = self.client("iam", call, {})
        return client
