"""Reads a function's alias `live` and its versions, and keeps updates from undoing what others did to the alias."""

from typing import Any

import pulumi
from pulumi.runtime import invoke_async

from components.errors import ComponentError
from components.function.permission_marks import lacks
from components.function.release import Live
from components.printable import printable
from components.served import ALIAS

_AT_ONCE = (
    "Let all callers get this change at once: write `release: {canary: null}` into its module.yaml until it is deployed"
)


async def read_live(function: str, options: pulumi.InvokeOptions) -> Live | None:
    """Return what the alias serves. None if there is no alias. Raises ComponentError if AWS refuses to say."""
    try:
        alias = await invoke_async("aws:lambda/getAlias:getAlias", {"functionName": function, "name": ALIAS}, options)
    except Exception as failed:  # the SDK has no narrower one
        if "couldn't find resource" not in str(failed) and "ResourceNotFoundException" not in str(failed):
            raise ComponentError(f"the alias `{ALIAS}` of {function} can't be read: {printable(failed)}") from None
        return None
    return Live.read(int(alias["functionVersion"]), alias["description"])


async def read_version(function: str, version: int | str, options: pulumi.InvokeOptions) -> dict[str, str]:
    """Return the image and the description of a version. Raises an exception of the SDK if it can't be read."""
    arguments = {"functionName": function, "qualifier": str(version)}
    found = await invoke_async("aws:lambda/getFunction:getFunction", arguments, options)
    return {"image": found["imageUri"], "description": found["description"]}


async def _read_role(function: str, version: int, options: pulumi.InvokeOptions) -> str:
    arguments = {"functionName": function, "qualifier": str(version)}
    return str((await invoke_async("aws:lambda/getFunction:getFunction", arguments, options))["role"])


def canary_check(
    name: str,
    function: str,
    wanted: pulumi.Output[dict[str, Any]],
    role: pulumi.Output[str],
    options: pulumi.InvokeOptions,
) -> pulumi.ResourceHook:
    """Refuses to update a function if the new version can't become a canary. `wanted` has its image and description.

    That is so while another canary runs, if the version beside it would lose permissions or secrets, and if that one
    has another role than `role`: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html. A version
    that a recovery publishes again may replace the canary that equals it.
    """

    async def check(change: pulumi.ResourceHookArgs) -> None:
        live, new = await read_live(function, options) if change.old_outputs else None, await wanted.future()
        if live is None or new is None:
            return
        if live.canary and await read_version(function, live.canary.version, options) != new:
            stack = pulumi.get_stack()
            raise ComponentError(
                f"{name} can't be updated yet, because it has a {live.canary}. Wait for its outcome, or give it up, "
                f"and update again:\n"
                f"  python -m delivery.promote {name} --stack {stack} --wait\n"
                f"  python -m delivery.rollback {name} --stack {stack}"
            )
        if await _read_role(function, live.version, options) != await role.future():
            raise ComponentError(
                f"{name} can't have a canary with this change, because it changes the role, and Lambda shares calls "
                f"only between versions with the same role. {_AT_ONCE}"
            )
        served = await read_version(function, live.version, options)
        if lacks(served["description"], new["description"]):
            raise ComponentError(
                f"{name} can't have a canary with this change, because the change takes permissions or secrets from "
                f"version {live.version}, which serves calls beside the canary. {_AT_ONCE}"
            )

    return pulumi.ResourceHook(f"{name}-can-have-canary", check)


def unmoved(
    name: str, function: str, decided: pulumi.Output[Live], wants_canary: bool, options: pulumi.InvokeOptions
) -> pulumi.ResourceHook:
    """Refuses to move the alias if somebody else moved it since this update decided what it should serve.

    Where a canary is wanted, it reports that a first version can't be one.
    """

    async def check(change: pulumi.ResourceHookArgs) -> None:
        live = await decided.future()
        if live is None:
            return
        if not change.old_outputs:
            if wants_canary:
                pulumi.log.info(
                    f"version {live.version} of {function} serves all callers at once: there is no version to compare "
                    "a canary with"
                )
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
