"""aws:iam/rolePolicyAttachment:RolePolicyAttachment"""

from typing import ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.iam.role_policies import managed_policies
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn
from sandbox.offline.plugins.values import Values


class RolePolicyAttachment(AwsResource[IAMClient]):
    """A managed policy of a role. Its id is `<role>-<26 digits>`. An import takes `<role>/<policy ARN>`."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    label = "IAM Role Policy Attachment"
    service = "iam"
    not_found_codes = ("NoSuchEntity",)
    regional = False
    delete_before_replace = True
    properties: ClassVar = {
        "policyArn": Property(required=True, replaces=True, valid=arn),
        "role": Property(required=True, replaces=True),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values.get('policyArn')} on the role {values.get('role')}"

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self.client(call, planned).attach_role_policy(RoleName=planned["role"], PolicyArn=planned["policyArn"])
        return naming.from_prefix(f"{planned['role']}-")

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        attached = managed_policies(self.client(call, state), state["role"])
        return {name: state[name] for name in self.properties} if state["policyArn"] in attached else None

    def imported(self, id: str) -> tuple[str, Values] | None:
        role, _, policy = id.partition("/")
        return (f"{role}-{policy}", {"role": role, "policyArn": policy}) if policy.startswith("arn:") else None

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).detach_role_policy(RoleName=state["role"], PolicyArn=state["policyArn"])
