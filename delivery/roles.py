"""What the roles of the pipeline may do besides what `bootstrap/` lets them."""

from collections.abc import Iterable, Iterator
from itertools import product

from delivery.clients import Client

OWN = {"deploy": {"deploy", "promotion", "lambda-images-{}-http-api"}, "preview": {"preview", "promotion"}}
"""The policies that `bootstrap/` gives to roles, by what the roles are for. `{}` is the stack."""


def other_policies(stacks: Iterable[str], client: Client) -> Iterator[str]:
    """Find policies of the pipeline's roles that `bootstrap/` didn't create."""
    from botocore.exceptions import BotoCoreError, ClientError

    for stack, job in product(stacks, OWN):
        role, own = f"github-{job}-{stack}", {name.format(stack) for name in OWN[job]}
        try:
            inline = client("iam").list_role_policies(RoleName=role)["PolicyNames"]
            attached = client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        except (BotoCoreError, ClientError) as failed:
            yield f"account: the policies of role {role} can't be listed: {failed}"
            continue
        for name in (*inline, *(policy["PolicyName"] for policy in attached)):
            if name not in own:
                yield f"account: role {role} has the policy {name}, which bootstrap/ didn't create"
