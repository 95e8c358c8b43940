"""Collects the status of each module from the cloud, the stack's state and the checkout."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.function.release import Live as Release
from components.printable import printable
from delivery.changes import served_records
from delivery.unfinished import logical_name
from sandbox.deployed.functions import Functions, Live
from sandbox.deployed.modules import Deployed, deployed
from sandbox.deployed.working_tree import Compared, Served, compare, untested_modules
from sandbox.engine import stack
from sandbox.layout import Layout
from sandbox.session import client_environment

SECRETS_TYPE = "lambda-images:index:ModuleSecrets"
FUNCTION_TYPE = "lambda-images:index:ImageFunction"


@dataclass(frozen=True)
class Status:
    module: str
    deployed: Deployed | None
    """What the stack deployed. None if the module isn't deployed yet."""
    live: Live | None
    """The version that `live` points at. None if the alias was deleted or doesn't exist yet."""
    newest: str | None
    """The version that was published last, served or not."""
    invoked: datetime | None
    compared: Compared
    untested: bool
    """Whether the checkout's settings disable the smoke event of new versions."""
    release: Release | None
    """What `live` serves, as it records it. None if there is no `live`."""


def statuses(layout: Layout) -> Iterator[Status]:
    """Yield the status of each module that is deployed or in the checkout, sorted by name."""
    functions = Functions(client_environment(layout))
    modules = deployed(layout)
    live = {name: functions.live(module.function) for name, module in modules.items()}
    compared = compare(layout, _served(stack.resources(layout), live))
    untested = untested_modules(layout)
    for name in sorted(modules.keys() | compared.keys()):
        module = modules.get(name)
        release = functions.release(module.function) if module else None
        yield Status(
            module=name,
            deployed=module,
            live=live.get(name),
            newest=functions.newest_version(module.function) if module else None,
            invoked=functions.last_invoked(module.log_group) if module else None,
            compared=_unless_moved(compared.get(name, Compared("gone")), module, live.get(name), release),
            untested=name in untested,
            release=release,
        )


def _unless_moved(compared: Compared, module: Deployed | None, live: Live | None, release: Release | None) -> Compared:
    """Replace the comparison if `live` was moved. The stack's records describe only the newest version."""
    if compared.state not in ("same", "changed") or not (module and live and module.version):
        return compared
    if release and release.hold:
        return Compared("held", [printable(release.hold)])
    if release and release.canary:
        return Compared("canary", [printable(release.canary)])
    if live.version == module.version:
        return compared
    return Compared("moved", [f"`live` was moved from version {module.version} to {live.version}"])


def _served(resources: list[dict[str, Any]], live: Mapping[str, Live | None]) -> dict[str, Served]:
    """Return the record of each module that has been served."""
    revisions = _outputs(resources, SECRETS_TYPE, "revisions")
    references = _outputs(resources, FUNCTION_TYPE, "references")
    descriptions = {name: version.description for name, version in live.items() if version}
    return {
        name: Served(record, descriptions.get(name, ""), revisions.get(name, {}), references.get(name, {}))
        for name, record in served_records(resources).items()
    }


def _outputs(resources: Iterable[Mapping[str, Any]], kind: str, output: str) -> dict[str, dict[str, str]]:
    """Return an output of each module's component of a type: texts by name."""
    return {
        logical_name(resource["urn"]): resource.get("outputs", {}).get(output, {})
        for resource in resources
        if resource["type"] == kind
    }
