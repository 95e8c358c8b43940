"""What exists in AWS already, although the stack's state does not have it: how to find it, and whether it is ours.

A creation can succeed in AWS without the state knowing of it: the run was killed, the answer was lost, or a resource
was kept when its module was removed. AWS then refuses to create it again.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.naming import OWNER_TAG, owner
from components.settings.load import LoadedSettings
from delivery.aws_ids import LOOKUPS, UNKNOWN, Client
from delivery.unfinished import MODULE_TYPE, Resource, logical_name, resources_of

IMPORT_IDS = {
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:ecr/repository:Repository": "{name}",
    "aws:iam/role:Role": "{name}",
    "aws:kms/alias:Alias": "{name}",
    "aws:lambda/alias:Alias": "{functionName}/{name}",
    "aws:lambda/function:Function": "{name}",
    "aws:lambda/functionUrl:FunctionUrl": "{functionName}/{qualifier}",
    "aws:lambda/permission:Permission": "{function}:{qualifier}/{statementId}",
    "aws:s3/bucket:Bucket": "{bucket}",
    "aws:scheduler/schedule:Schedule": "default/{name}",
    "aws:ssm/parameter:Parameter": "{name}",
}
"""By type, the id that `pulumi import` takes, made of inputs. `LOOKUPS` has the types whose ids AWS chooses.

AWS refuses to create one of all these that is there already. The program's other types need no import: AWS makes a
policy or an alarm again without an error, and a key beside another one, which is of no use and can be deleted.
"""

UNTAGGED = {
    "aws:kms/alias:Alias",
    "aws:lambda/alias:Alias",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/functionUrl:FunctionUrl",
    "aws:lambda/permission:Permission",
    "aws:s3/bucket:Bucket",
    "aws:scheduler/schedule:Schedule",
}
"""Types without tags from their creation on: parts of the stack's own functions, and what its names identify."""


def can_be_imported(resource: Resource) -> bool:
    return resource["type"] in IMPORT_IDS or resource["type"] in LOOKUPS


def importable_creates(preview: Mapping[str, Any]) -> list[Resource]:
    """What a preview (`pulumi preview --json`) would create and can be imported instead, if it is there."""
    return [create for create in _creates(preview) if can_be_imported(create)]


def next_creates(preview: Mapping[str, Any]) -> list[Resource]:
    """Those that depend on nothing that is to be created too: an earlier run can have created no others."""
    created = {create["urn"] for create in _creates(preview)}
    return [create for create in importable_creates(preview) if created.isdisjoint(create.get("dependencies") or ())]


def new_components(preview: Mapping[str, Any]) -> dict[str, Resource]:
    """By URN, the components that a preview would create."""
    return {create["urn"]: create for create in _creates(preview) if not create.get("custom")}


def _creates(preview: Mapping[str, Any]) -> list[Resource]:
    return [step["newState"] for step in preview.get("steps", []) if step["op"] == "create"]


def modules_of(preview: Mapping[str, Any], export: Mapping[str, Any]) -> dict[str, str]:
    """By URN of each resource that a preview would create, the name of the module that it is part of.

    A preview does not list the components that the state has already.
    """
    creates = _creates(preview)
    parents = {resource["urn"]: resource.get("parent", "") for resource in (*resources_of(export), *creates)}

    def module_of(urn: str) -> str | None:
        while urn:
            if urn.split("::")[2].endswith(MODULE_TYPE):
                return logical_name(urn)
            urn = parents.get(urn, "")
        return None

    return {create["urn"]: module for create in creates if (module := module_of(create["urn"]))}


def returning(export: Mapping[str, Any], loaded: LoadedSettings) -> set[str]:
    """The modules that a stack's state doesn't have, but of which AWS may have kept something that they had before."""
    resources = resources_of(export)
    if not resources:
        return set()
    known = {logical_name(resource["urn"]) for resource in resources if resource["type"] == MODULE_TYPE}
    new = {name: settings for name, settings in loaded.modules.items() if name not in known}
    return {
        name
        for name, settings in new.items()
        if loaded.stack.protection
        or any(secret.store == "secretsManager" and not secret.existing for secret in settings.secrets.values())
        or any(not bucket.existing for bucket in settings.triggers.buckets.values())
    }


def ids(resources: Iterable[Resource], client: Client) -> Iterator[tuple[Resource, str]]:
    """The resources, each with the id to import it by; without those that are known not to be there."""
    for resource in resources:
        kind, inputs = resource["type"], resource["inputs"]
        if kind in IMPORT_IDS:
            found: str | None = IMPORT_IDS[kind].format_map(inputs)
        else:
            found = LOOKUPS[kind](inputs, client)
        if found and UNKNOWN not in found:
            yield resource, found


def imports(found: Iterable[tuple[Resource, str]], components: Mapping[str, Resource]) -> dict[str, Any]:
    """What `pulumi import --file` takes. The components, by URN, are those that the state doesn't have yet.

    https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
    """
    names: dict[str, str] = {}
    listed: dict[str, dict[str, Any]] = {}

    def add(resource: Resource, **more: Any) -> None:
        parent = resource["parent"]
        if parent in components:
            add(components[parent], component=True)
        else:
            names[parent] = parent
        named = {"type": resource["type"], "name": resource["urn"], "logicalName": logical_name(resource["urn"])}
        listed[resource["urn"]] = {**named, "parent": parent, **more}

    for resource, id in found:
        provider = resource["provider"].rpartition("::")[0]
        names[provider] = provider
        add(resource, id=id, provider=provider)
    return {"nameTable": names, "resources": list(listed.values())}


def foreign(export: Mapping[str, Any], imported: Iterable[str]) -> list[str]:
    """The URNs of imported resources that no tag identifies as the stack's own."""
    wanted = set(imported)
    return [
        resource["urn"]
        for resource in resources_of(export)
        if resource["urn"] in wanted
        and resource["type"] not in UNTAGGED
        and (resource["outputs"].get("tags") or {}).get(OWNER_TAG) != _owner_of(resource["urn"])
    ]


def without(export: Mapping[str, Any], urns: Iterable[str]) -> Mapping[str, Any]:
    """The state without these resources."""
    left = [resource for resource in resources_of(export) if resource["urn"] not in set(urns)]
    return {**export, "deployment": {**export["deployment"], "resources": left}}


def stack_of(urn: str) -> str:
    """The name of the stack in `urn:pulumi:<stack>::<project>::<types>::<name>`."""
    return urn.split("::")[0].rpartition(":")[2]


def _owner_of(urn: str) -> str:
    return owner(urn.split("::")[1], stack_of(urn))
