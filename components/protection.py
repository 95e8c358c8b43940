"""What keeps data from being lost by an update."""

from collections.abc import Sequence

import pulumi


def holding_data(
    parent: pulumi.Resource, protection: bool, ignore_changes: Sequence[str] = ()
) -> pulumi.ResourceOptions:
    """Options of a child that holds data.

    Protected, it is neither deleted nor replaced: an update that would, fails. And should somebody unprotect it in the
    state, it stays where it is when the program no longer has it.
    """
    return pulumi.ResourceOptions(
        parent=parent, protect=protection, retain_on_delete=protection, ignore_changes=list(ignore_changes)
    )
