"""Resource options that keep data when an update or `pulumi destroy` would delete the resource that holds it."""

from collections.abc import Sequence

import pulumi


def stateful_options(
    parent: pulumi.Resource | None, keep: bool, ignore_changes: Sequence[str] = ()
) -> pulumi.ResourceOptions:
    """Resource options of a child that holds data.

    With `keep`, Pulumi forgets the child instead of deleting it in AWS: when its module is removed or renamed, when
    another resource replaces it, and when the stack is destroyed. Pulumi's `protect` would instead fail such an update,
    and all later updates of any module, after it had deleted the rest of the module.
    """
    return pulumi.ResourceOptions(parent=parent, retain_on_delete=keep, ignore_changes=list(ignore_changes))


def protected_options(parent: pulumi.Resource, protection: bool, keep: bool = False) -> pulumi.ResourceOptions:
    """Resource options of a child that exists once in a stack.

    With `protection`, Pulumi refuses to delete it, and therefore to destroy the stack.
    """
    return pulumi.ResourceOptions(parent=parent, protect=protection, retain_on_delete=protection and keep)
