"""Finds what the stack deployed for each module, even in a failed run, and checks that `live` still serves it."""

from collections.abc import Iterable, Mapping

from delivery.unfinished import Resource, logical_name
from operations.modules import Deployed
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

ALIAS_TYPE = "aws:lambda/alias:Alias"
LOG_GROUP_TYPE = "aws:cloudwatch/logGroup:LogGroup"


def deployed(layout: Layout) -> dict[str, Deployed]:
    """Return what is deployed by module, from the stack's state."""
    return modules_of(stack.resources(layout), stack.pending(layout))


def modules_of(resources: Iterable[Resource], pending: Iterable[Resource] = ()) -> dict[str, Deployed]:
    """Group resources by module. `pending` resources were being created when a run was killed, so they may exist."""
    found: dict[str, dict[str, Resource]] = {}
    for resource in [*pending, *resources]:
        if ":LambdaModule" in resource.get("parent", "") and not resource.get("delete"):
            found.setdefault(logical_name(resource["parent"]), {})[resource["type"]] = resource
    return {module: _deployed(module, its) for module, its in sorted(found.items()) if LOG_GROUP_TYPE in its}


def _deployed(module: str, resources: Mapping[str, Resource]) -> Deployed:
    group, alias = resources[LOG_GROUP_TYPE]["inputs"]["name"], resources.get(ALIAS_TYPE, {})
    return Deployed(
        module=module,
        function=group.rpartition("/")[2],
        log_group=group,
        version=alias.get("outputs", {}).get("functionVersion"),
        alias=alias.get("urn", ""),
    )


def check_unmoved(module: Deployed, live: str | None) -> None:
    """Raise SandboxError if the alias points at another version than the one that the stack deployed."""
    if live != module.version:
        raise SandboxError(
            f"the alias `live` of {module.function} serves version {live}, not version {module.version}, which the "
            f"stack deployed: something other than Pulumi moved it",
            f"to serve what the stack deploys, run `{refresh_alias_command(module)}`, then `make up`",
        )


def refresh_alias_command(module: Deployed) -> str:
    """Return the command that refreshes the alias in Pulumi's state. The next update then moves it back."""
    return f"bin/sandbox exec -- pulumi refresh --yes --target '{module.alias}'"
