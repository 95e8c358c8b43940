"""Decides which resources a stack takes over, because they exist in AWS but not in the stack's state.

A creation can succeed in AWS without the state knowing of it: the run was killed, the answer was lost, or a resource
was kept when its module was removed. AWS then refuses to create it again.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from components.naming import OWNER_TAG, owner
from components.served import MODULE_TYPE
from components.settings.load import LoadedSettings
from delivery.existing import LOOKUPS, Existing
from delivery.unfinished import Resource, is_stack, logical_name, module_of, resources_of


def can_be_imported(resource: Resource) -> bool:
    return resource["type"] in LOOKUPS


def importable_creates(preview: Mapping[str, Any]) -> list[Resource]:
    """Return what a preview (`pulumi preview --json`) would create and what could be imported if it exists."""
    return [create for create in _creates(preview) if can_be_imported(create)]


def next_creates(preview: Mapping[str, Any]) -> list[Resource]:
    """Return the importable resources that depend on none to be created. An earlier run can't have created others."""
    created = {create["urn"] for create in _creates(preview)}
    return [create for create in importable_creates(preview) if created.isdisjoint(create.get("dependencies") or ())]


def new_components(preview: Mapping[str, Any]) -> dict[str, Resource]:
    """Return the components that a preview would create, by URN."""
    creates = (create for create in _creates(preview) if not create.get("custom"))
    return {create["urn"]: create for create in creates if not is_stack(create["urn"])}


def _creates(preview: Mapping[str, Any]) -> list[Resource]:
    return [step["newState"] for step in preview.get("steps", []) if step["op"] == "create"]


def modules_of(preview: Mapping[str, Any], export: Mapping[str, Any]) -> dict[str, str]:
    """Return the module of each resource that a preview would create, by the resource's URN.

    A preview does not list the components that the state has already.
    """
    creates = _creates(preview)
    parents = {resource["urn"]: resource.get("parent", "") for resource in (*resources_of(export), *creates)}
    return {create["urn"]: module for create in creates if (module := module_of(create["urn"], parents))}


def returning(export: Mapping[str, Any], folders: Iterable[Path], settings: Callable[[], LoadedSettings]) -> set[str]:
    """Return the modules that are not in the state, but whose data AWS may have kept from an earlier deployment.

    The settings are loaded only if the checkout has a module that the state doesn't have.
    """
    resources = resources_of(export)
    known = {logical_name(resource["urn"]) for resource in resources if resource["type"] == MODULE_TYPE}
    new = {folder.name for folder in folders} - known
    if not resources or not new:
        return set()
    loaded = settings()
    return {
        name
        for name, its in loaded.modules.items()
        if name in new
        and (
            loaded.stack.protection
            or any(secret.store == "secretsManager" and not secret.existing for secret in its.secrets.values())
            or any(not bucket.existing for bucket in its.triggers.buckets.values())
        )
    }


def is_own(resource: Resource, existing: Existing) -> bool:
    """Return whether an existing resource belongs to the stack.

    Its tag says so. A resource of a type without tags is identified by its name.
    """
    return existing.tags is None or existing.tags.get(OWNER_TAG) == owner(*_project_and_stack(resource["urn"]))


def imports(found: Iterable[tuple[Resource, str]], components: Mapping[str, Resource]) -> dict[str, Any]:
    """Return the input of `pulumi import --file` for resources and their ids.

    `components` has the components, by URN, that the state doesn't have yet.

    https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
    """
    names: dict[str, str] = {}
    listed: dict[str, dict[str, Any]] = {}

    def add(resource: Resource, **more: Any) -> None:
        named = {"type": resource["type"], "name": resource["urn"], "logicalName": logical_name(resource["urn"])}
        parent = resource["parent"]
        if parent in components:
            add(components[parent], component=True)
        elif not is_stack(parent):  # which is the parent of what names none
            names[parent] = parent
        above = {} if is_stack(parent) else {"parent": parent}
        listed[resource["urn"]] = {**named, **above, **more}

    for resource, id in found:
        provider = resource["provider"].rpartition("::")[0]
        names[provider] = provider
        add(resource, id=id, provider=provider)
    return {"nameTable": names, "resources": list(listed.values())}


def stack_of(urn: str) -> str:
    return _project_and_stack(urn)[1]


def _project_and_stack(urn: str) -> tuple[str, str]:
    """Return project and stack of `urn:pulumi:<stack>::<project>::<types>::<name>`."""
    start, project = urn.split("::")[:2]
    return project, start.rpartition(":")[2]
