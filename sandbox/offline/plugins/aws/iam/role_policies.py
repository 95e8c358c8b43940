"""The policies of a role: its inline policies and the managed policies that are attached to it."""

import json
from contextlib import suppress
from typing import Any

from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.documents import version_first
from sandbox.offline.plugins.values import Values


def document(policy: Any) -> str:
    """Returns the text of a policy, which boto3 may have parsed."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def inline_policies(iam: IAMClient, role: str) -> list[dict[str, str]]:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = ((name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names)
    return [{"name": name, "policy": version_first(document(policy))} for name, policy in found]


def managed_policies(iam: IAMClient, role: str) -> list[str]:
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [policy["PolicyArn"] for policy in attached]


def attach(iam: IAMClient, role: str, before: Values, after: Values) -> None:
    """Changes the role's policies from those of one state to those of another.

    A policy that doesn't exist any more is skipped: after a refresh, a role's state also lists the policies of other
    resources, which are deleted before the role.
    """
    not_found = iam.exceptions.NoSuchEntityException
    old_inline, new_inline = (
        {each["name"]: each["policy"] for each in values.get("inlinePolicies", [])} for values in (before, after)
    )
    for name in old_inline.keys() - new_inline.keys():
        with suppress(not_found):
            iam.delete_role_policy(RoleName=role, PolicyName=name)
    for name, policy in new_inline.items():
        if old_inline.get(name) != policy:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)
    attached, planned = (set(values.get("managedPolicyArns", [])) for values in (before, after))
    for arn in attached - planned:
        with suppress(not_found):
            iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in planned - attached:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
