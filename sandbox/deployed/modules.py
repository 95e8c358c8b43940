"""Finds what the stack deployed for each module, even in a failed run, and checks that `live` still serves it."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from delivery.unfinished import Resource, logical_name
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

ALIAS_TYPE = "aws:lambda/alias:Alias"
LOG_GROUP_TYPE = "aws:cloudwatch/logGroup:LogGroup"


@dataclass(frozen=True)
class Deployed:
    module: str
    function: str
    """The name of its function. The function may not exist yet, because its log group is created first."""
    log_group: str
    version: str | None = None
    """The version that the stack pointed `live` at. None if no version has passed yet."""
    alias: str = ""
    """The URN of `live`."""


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


def of_module(modules: Mapping[str, Deployed], name: str) -> Deployed:
    """Return the module with this name. Raises SandboxError with the closest name and all names."""
    if name not in modules:
        nearest = [f"did you mean `{known}`? " for known in difflib.get_close_matches(name, modules, n=1)]
        known = ", ".join(sorted(modules)) or "none"
        remedy = f"{''.join(nearest)}the deployed modules are: {known}; `make up` deploys new ones"
        raise SandboxError(f"no module `{name}` is deployed", remedy)
    return modules[name]


def check_served(module: Deployed, live: str | None) -> None:
    """Raise SandboxError if the alias doesn't exist. `live` is the version that it points at."""
    if live is None and module.version is None:
        raise SandboxError(
            f"no version of `{module.module}` has passed yet, so {module.function} has no alias `live`",
            f"`make logs MODULE={module.module}` may say why: fix the module and run `make up`",
        )
    if live is None:
        raise SandboxError(
            f"the alias `live` of {module.function} is gone: something other than Pulumi deleted it",
            "run `bin/sandbox exec -- pulumi refresh --yes`, then `make up`",
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
