"""aws:iam/role:Role"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.documents import compact, policy_object, same_policy, version_first
from sandbox.offline.plugins.aws.iam.role_policies import attach, document, inline_policies, managed_policies
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, every, in_any_order, in_range, length, matching
from sandbox.offline.plugins.values import Values

NAME = matching(r"[\w+=,.@-]*", r"must match [\w+=,.@-]")


class Role(AwsResource[IAMClient]):
    token = "aws:iam/role:Role"
    label = "IAM Role"
    service = "iam"
    not_found_codes = ("NoSuchEntity",)
    tagging = Tagging("RoleName", by="id", set="tag_role", remove="untag_role")
    regional = False
    generated_name = ("name", 64)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "assumeRolePolicy": Property(
            required=True, json=True, valid=policy_object, normalise=compact, same=same_policy
        ),
        "createDate": Property(computed=True),
        "description": Property(valid=length(0, 1000)),
        "forceDetachPolicies": Property(default=False),
        "inlinePolicies": Property(
            computed=True, nested={"policy": Property(json=True, normalise=version_first, same=same_policy)}
        ),
        "managedPolicyArns": Property(computed=True, valid=arn, same=in_any_order),
        "maxSessionDuration": Property(default=3600, valid=in_range(3600, 43200)),
        "name": Property(computed=True, replaces=True, valid=every(length(1, 64), NAME)),
        "namePrefix": Property(computed=True, replaces=True, valid=every(length(1, 38), NAME)),
        "path": Property(default="/", replaces=True),
        "permissionsBoundary": Property(valid=arn),
        "uniqueId": Property(computed=True),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        request: dict[str, Any] = {
            "RoleName": name,
            "AssumeRolePolicyDocument": planned["assumeRolePolicy"],
            "Description": planned.get("description", ""),
            "MaxSessionDuration": planned["maxSessionDuration"],
            "Path": planned["path"],
            "Tags": self.new_tags(planned),
        }
        if planned.get("permissionsBoundary"):
            request["PermissionsBoundary"] = planned["permissionsBoundary"]
        self.client(call, planned).create_role(**request)
        return str(name)

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        attach(self.client(call, planned), id, {}, planned)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        iam = self.client(call, state)
        role = iam.get_role(RoleName=id)["Role"]
        return {
            "arn": role["Arn"],
            "assumeRolePolicy": document(role["AssumeRolePolicyDocument"]),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description", ""),
            "inlinePolicies": inline_policies(iam, id),
            "managedPolicyArns": managed_policies(iam, id),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": id,
            "namePrefix": naming.prefix_of(id),
            "path": role["Path"],
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "tags": tag_map(iam.list_role_tags(RoleName=id)["Tags"]),
            "uniqueId": role["RoleId"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        iam = self.client(call, planned)
        if planned["assumeRolePolicy"] != state["assumeRolePolicy"]:
            iam.update_assume_role_policy(RoleName=id, PolicyDocument=planned["assumeRolePolicy"])
        if planned.get("description", "") != state.get("description", ""):
            iam.update_role_description(RoleName=id, Description=planned.get("description", ""))
        if planned["maxSessionDuration"] != state["maxSessionDuration"]:
            iam.update_role(RoleName=id, MaxSessionDuration=planned["maxSessionDuration"])
        self._update_boundary(iam, id, state, planned)
        attach(iam, id, state, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS refuses to delete a role with policies of others (DeleteConflict), unless forceDetachPolicies is set.

        The official provider retries for two minutes before it reports that; this one reports it at once.
        """
        iam = self.client(call, state)
        policies = state
        if state.get("forceDetachPolicies"):
            policies = {"inlinePolicies": inline_policies(iam, id), "managedPolicyArns": managed_policies(iam, id)}
        attach(iam, id, policies, {})
        iam.delete_role(RoleName=id)

    def _update_boundary(self, iam: IAMClient, id: str, state: Values, planned: Values) -> None:
        before, after = (values.get("permissionsBoundary", "") for values in (state, planned))
        if after and after != before:
            iam.put_role_permissions_boundary(RoleName=id, PermissionsBoundary=after)
        elif before and not after:
            iam.delete_role_permissions_boundary(RoleName=id)
