"""Keeping data when an update or a `pulumi destroy` takes away the resource that holds it."""

from collections.abc import Sequence

import pulumi


def stateful_options(parent: pulumi.Resource, keep: bool, ignore_changes: Sequence[str] = ()) -> pulumi.ResourceOptions:
    """Options of a child that holds data.

    If it is to be kept, Pulumi forgets it instead of deleting it: when its module is removed or renamed, when another
    resource replaces it, and when the stack is destroyed. Pulumi's `protect` would fail such an update instead, and
    every later one of all modules, after it had deleted the rest of the module.
    """
    return pulumi.ResourceOptions(parent=parent, retain_on_delete=keep, ignore_changes=list(ignore_changes))


def protected_options(parent: pulumi.Resource, protection: bool, keep: bool = False) -> pulumi.ResourceOptions:
    """Options of a child that a stack has one of: with protection, Pulumi refuses to delete it, and so to destroy the
    stack.
    """
    return pulumi.ResourceOptions(parent=parent, protect=protection, retain_on_delete=protection and keep)
