"""Reads a function's alias `live`, and keeps updates from undoing what others did to it."""

import pulumi
from pulumi.runtime import invoke_async

from components.errors import ComponentError
from components.function.release import Live
from components.printable import printable
from components.served import ALIAS


async def read_live(function: str, options: pulumi.InvokeOptions) -> Live | None:
    """Return what the alias serves. None if there is no alias. Raises ComponentError if AWS refuses to say."""
    try:
        alias = await invoke_async("aws:lambda/getAlias:getAlias", {"functionName": function, "name": ALIAS}, options)
    except Exception as failed:  # the SDK has no narrower one
        if "couldn't find resource" not in str(failed) and "ResourceNotFoundException" not in str(failed):
            raise ComponentError(f"the alias `{ALIAS}` of {function} can't be read: {printable(failed)}") from None
        return None
    return Live.read(int(alias["functionVersion"]), alias["description"])


def one_canary(name: str, module: str, function: str, options: pulumi.InvokeOptions) -> pulumi.ResourceHook:
    """Refuses to update a function, of which a new version would become a canary, while another canary runs."""

    async def refuse(change: pulumi.ResourceHookArgs) -> None:
        live = await read_live(function, options) if change.old_outputs else None
        if live and live.canary:
            stack = pulumi.get_stack()
            raise ComponentError(
                f"{module} can't be updated yet: a {live.canary}. End it, and update again. Wait for its outcome:\n"
                f"  python -m delivery.promote {module} --stack {stack} --wait\n"
                f"or give it up:\n"
                f"  python -m delivery.rollback {module} --stack {stack}"
            )

    return pulumi.ResourceHook(f"{name}-one-canary", refuse)


def unmoved(
    name: str, function: str, decided: pulumi.Output[Live], options: pulumi.InvokeOptions
) -> pulumi.ResourceHook:
    """Refuses to move the alias if somebody else moved it since this update decided what it should serve."""

    async def check(change: pulumi.ResourceHookArgs) -> None:
        live = await decided.future()
        if not change.old_outputs or live is None:
            return
        found = await read_live(function, options)
        if found is None:
            raise ComponentError(
                f"the alias `{ALIAS}` of {function} is gone: something other than Pulumi deleted it. "
                "Let Pulumi see that, and update again:\n  pulumi refresh\n  pulumi up"
            )
        if live.seen and found != live.seen:
            raise ComponentError(
                f"the alias `{ALIAS}` of {function} was moved by someone else during this update, and stays as it is: "
                f"it serves version {found.version} (`{printable(found.description)}`). Update again"
            )

    return pulumi.ResourceHook(f"{name}-unmoved", check)
