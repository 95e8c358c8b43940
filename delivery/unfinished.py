"""Finds what an unfinished update left behind, from the stack's state alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.served import CONTINUED, MODULE_TYPE

Resource = Mapping[str, Any]
"""As `pulumi stack export` writes it."""

STASH_TYPE = "pulumi:index:Stash"
FUNCTION_TYPE = "aws:lambda/function:Function"
IMAGE_TYPE = "docker:index/image:Image"
STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Unfinished:
    builds: list[str] = field(default_factory=list)
    """URNs of build records whose image was not finished.

    A build's tag is fixed before its image is built and pushed. A run that ends in between, killed or refused, may have
    pushed an image under that tag; building again gives another digest, which an immutable tag refuses for ever.
    """
    failed: list[Resource] = field(default_factory=list)
    """Resources whose state can't be believed: after an update or a creation that failed, the official AWS provider
    stores what was planned, and the next update finds no difference and changes nothing."""
    pending_creates: list[Resource] = field(default_factory=list)
    """Resources that may or may not exist: the run ended before it could record that it had created them."""
    to_refresh: list[str] = field(default_factory=list)
    """URNs of the resources that the run was deleting when it ended, and of the stack itself."""

    @classmethod
    def of(cls, export: Mapping[str, Any]) -> "Unfinished":
        """Read the output of `pulumi stack export`."""
        deployment = export.get("deployment") or {}
        resources = deployment.get("resources") or []
        operations = deployment.get("pending_operations") or []
        current = [resource for resource in resources if not resource.get("delete")]
        known = {resource["urn"] for resource in current}
        creating = [operation["resource"] for operation in operations if operation["type"] == "creating"]
        deleting = [operation["resource"]["urn"] for operation in operations if operation["type"] == "deleting"]
        stack = [resource["urn"] for resource in resources if resource["type"] == STACK_TYPE]
        return cls(
            builds=unfinished_builds(resources),
            failed=[resource for resource in current if resource.get("initErrors")],
            pending_creates=[created for created in creating if created["urn"] not in known],
            to_refresh=[*stack, *(urn for urn in deleting if urn in known)] if operations else [],
        )


def unfinished_builds(resources: Iterable[Resource]) -> list[str]:
    """Return the URNs of unfinished builds, except those that the next update replaces or continues anyway."""
    resources = list(resources)
    images = {resource["outputs"].get("imageName") for resource in resources if resource["type"] == IMAGE_TYPE}
    finished = {str(name).rpartition(":")[2] for name in images}
    records = [record for record in build_records(resources) if not record.get("taint")]
    builds = [(record["urn"], record["outputs"]["output"]) for record in records]
    return [urn for urn, build in builds if build["tag"] not in finished and not build.get(CONTINUED)]


def build_records(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Yield the resources that fix a build's tag, except those that are pending deletion."""
    for resource in resources:
        output = resource.get("outputs", {}).get("output")
        if resource["type"] == STASH_TYPE and not resource.get("delete") and "tag" in (output or {}):
            yield resource


def resources_of(export: Mapping[str, Any]) -> list[Any]:
    """Return the resources in an export of the stack. The caller may change them in place."""
    return (export.get("deployment") or {}).get("resources") or []


def publish_again(export: Mapping[str, Any], functions: Iterable[str]) -> None:
    """Make the next update change the functions with these URNs, and so publish a version of each.

    The provider publishes a version only if it changes the function in that very update. Here the state forgets the
    description, which the next update then sets, whatever else it finds to change.
    """
    wanted = set(functions)
    for resource in resources_of(export):
        if resource["urn"] in wanted and not resource.get("delete"):
            resource["outputs"]["description"] = ""


def is_stack(urn: str) -> bool:
    """Return whether the URN is that of the stack, the parent of every resource without another parent."""
    return urn.split("::")[2:3] == [STACK_TYPE]


def module_of(urn: str, parents: Mapping[str, str]) -> str | None:
    """Return the name of the module that is, or contains, the resource. `parents` maps URNs to the parent's URN."""
    while not urn.rpartition("::")[0].endswith(MODULE_TYPE) and parents.get(urn):
        urn = parents[urn]
    return logical_name(urn) if MODULE_TYPE in urn else None


def logical_name(urn: str) -> str:
    """Return the name that the program gives a resource."""
    return urn.rpartition("::")[2]
