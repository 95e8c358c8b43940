"""Rules for the settings of a stack and its modules together."""

import re
from collections.abc import Iterable, Iterator, Mapping

from components.arn import LONGEST_SCOPE
from components.naming import MAX_NAME_CHARACTERS, bucket_name, is_prefix, physical_name
from components.settings.actions import powerful
from components.settings.declaration import ModuleDeclaration
from components.settings.document import Document
from components.settings.environment import MAX_SECRET_BYTES
from components.settings.module import MAX_BUILD_SECRET_BYTES, ModuleSettings
from components.settings.physical_names import physical_names_of
from components.settings.stack import StackSettings
from components.settings.validation import did_you_mean, set_build_secret, set_secret

_NESTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
_BUILD = ("dockerfile", "context", "target", "buildArgs", "buildSecrets", "buildSsh", "architecture")


def unknown_modules(stack_document: Document, stack: StackSettings, modules: Iterable[str]) -> Iterator[str]:
    """Messages about a stack's settings for modules that don't exist."""
    modules = set(modules)
    for key, overrides in (("modules", stack.modules), ("secrets", stack.secrets)):
        for name in sorted(overrides.keys() - modules):
            where = stack_document.place((key, name))
            remedy = f"if the module was removed: pulumi config rm --path '{key}.{name}'"
            yield f"{where} is for a module that does not exist: {did_you_mean(name, modules)}\n  {remedy}"


def shared_images(modules: Mapping[str, ModuleDeclaration], names: Iterable[str]) -> Iterator[str]:
    """Messages about images of other modules. The other module must build its own, which also rules out cycles."""
    for module in modules.values():
        shared = module.settings.image.module
        if shared is None:
            continue
        where = module.place("image", "module")
        if shared not in names:
            yield f"{where} is {shared}, which is not a module: {did_you_mean(shared, set(names) - {module.name})}"
        elif shared in modules:
            yield from (f"{where} is {shared}, {reason}" for reason in _why_no_image(modules[shared].settings))
        for key in _BUILD:
            if module.sets(key):
                yield f"{module.place(key)} has no effect beside image.module: leave out one of the two"


def _why_no_image(settings: ModuleSettings) -> Iterator[str]:
    if not settings.enabled:
        yield "which is not enabled: build the image here, or enable that module"
    if settings.image.module is not None:
        yield f"which builds no image: it runs that of {settings.image.module}"


def unknown_callees(modules: Mapping[str, ModuleDeclaration], names: Iterable[str]) -> Iterator[str]:
    """Messages about modules that others may invoke, and that don't exist."""
    names = set(names)
    for module in modules.values():
        for name, one in module.settings.access.items():
            if one.module is not None and one.module not in names:
                where = module.place("access", name, "module")
                yield f"{where} is {one.module}, which is not a module: {did_you_mean(one.module, names)}"


def secret_values(
    stack_document: Document, stack: StackSettings, modules: Mapping[str, ModuleDeclaration]
) -> Iterator[str]:
    """Messages about values of secrets. A secret has one source: a value of the stack, or an existing secret."""
    for module in modules.values():
        values, secrets = stack.secrets.get(module.name, {}), module.settings.secrets
        for name, secret in secrets.items():
            where = module.place("secrets", name)
            if secret.existing is None and name not in values:
                yield f"{where} has no value in this stack: set it with\n  {set_secret(module.name, name)}"
            if secret.existing is not None and name in values:
                yield f"{where} exists elsewhere, and has a value in this stack: leave out one of the two"
            if secret.existing is None and secret.store == "parameterStore" and stack.encryption == "customer":
                yield (
                    f"{where} can't be in parameterStore in a stack with encryption: customer, because a new value "
                    f"would be encrypted with AWS's own key: write `store: secretsManager`"
                )
            value = values[name].get_secret_value() if name in values else "?"
            if secret.store == "parameterStore" and _NESTED.search(value):
                yield (
                    f"{where} has a value with {{{{ and }}}}, which parameterStore reads as another parameter and "
                    "refuses: write `store: secretsManager`"
                )
            largest, size = MAX_SECRET_BYTES[secret.store], len(value.encode())
            if not 1 <= size <= largest:
                yield f"{where} has {size:,} bytes here, and {secret.store} takes 1 to {largest:,}: see `store`"
        for name in sorted(values.keys() - secrets.keys()):
            where = stack_document.place(("secrets", module.name, name))
            yield f"{where} is not a secret of the module: {did_you_mean(name, secrets)}"


def missing_build_secrets(stack: StackSettings, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about build secrets whose values the stack is to set, if images are built for the stack."""
    for module in modules.values() if stack.pipeline.are_built else ():
        for name, secret in module.settings.build_secrets.items():
            where = module.place("buildSecrets", name)
            if secret.env is None and stack.pipeline.images == "jobs":
                yield (
                    f"{where} names no environment variable, and jobs of the pipeline, which build the images of this "
                    "stack, can't decrypt its settings: write `{env: ...}` with the name of one"
                )
            elif secret.env is None and name not in stack.build_secrets:
                yield (
                    f"{where} has no value in this stack: write `{{env: ...}}` with the name of an environment "
                    f"variable, or set the value with\n  {set_build_secret(name)}"
                )


def unused_build_secrets(
    stack_document: Document, stack: StackSettings, declared: Mapping[str, ModuleDeclaration]
) -> Iterator[str]:
    """Messages about values that no module, enabled or not, takes from the stack."""
    taken = {
        name
        for module in declared.values()
        for name, secret in module.settings.build_secrets.items()
        if secret.env is None
    }
    for name, value in stack.build_secrets.items():
        where = stack_document.place(("buildSecrets", name))
        if name not in taken:
            yield f"{where} is a build secret that no module takes from here: {did_you_mean(name, taken)}"
        if not 1 <= (size := len(value.get_secret_value().encode())) <= MAX_BUILD_SECRET_BYTES:
            yield f"{where} has {size:,} bytes, and a build secret may have 1 to {MAX_BUILD_SECRET_BYTES:,}"


def physical_names(prefix: str, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about physical names that are too long or not unique; all begin with `prefix`."""
    if not is_prefix(prefix):
        yield f"'{prefix}' can't begin the names of functions and repositories: set another as `namePrefix`"
    owners: dict[tuple[str, str], str] = {}
    for module in modules.values():
        too_long: dict[str, str] = {}
        for kind, name in physical_names_of(physical_name(prefix, module.name), module.settings):
            if len(name) > MAX_NAME_CHARACTERS[kind]:
                too_long.setdefault(name, kind)
            if kind == "bucket" and "_" in name:
                yield f"the bucket '{name}' can't have an underscore in its name: set a namePrefix without one"
            owner = owners.get((kind, name))
            owners[kind, name] = module.name
            if owner == module.name:
                yield f"'{owner}' would have the {kind} '{name}' twice: rename one of its triggers"
            elif owner is not None:
                yield f"'{owner}' and '{module.name}' would both have the {kind} '{name}': rename one of them"
        for name, kind in too_long.items():
            yield (
                f"the name '{name}' has {len(name)} characters, and that of a {kind} may have "
                f"{MAX_NAME_CHARACTERS[kind]}: shorten the name of '{module.name}', or set a shorter namePrefix"
            )


def own_roles(prefix: str, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about existing roles that the pipeline could change: it may change all with the stack's prefix."""
    for module in modules.values():
        role = module.settings.role
        if role is not None and role.partition(":role/")[2].startswith(physical_name(prefix, "")):
            yield (
                f"{module.place('role')} is {role}, which has the name of one of the stack's own roles: name a role "
                f"that doesn't begin with {physical_name(prefix, '')}"
            )


def shared_buckets(prefix: str, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about buckets with two triggers: the notifications of a bucket are a single resource."""
    triggers = [(module, name) for module in modules.values() for name in module.settings.triggers.buckets]
    users: dict[str, str] = {}
    for module, name in triggers:
        if module.settings.triggers.buckets[name].existing is None:
            own = bucket_name(physical_name(prefix, module.name), name, LONGEST_SCOPE.account)
            users[own] = module.place("triggers", "buckets", name)
    for module, name in triggers:
        existing = module.settings.triggers.buckets[name].existing
        if existing is not None:
            where = module.place("triggers", "buckets", name, "existing")
            first = users.setdefault(existing, where)
            if first != where:
                yield f"{where} is {existing}, as in {first}: a bucket can notify only one trigger"


def unbounded_rights(stack: StackSettings, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about functions that could get more permissions than they have, unless a boundary limits them."""
    if stack.permissions_boundary:
        return
    for module in modules.values():
        for name, statement in module.settings.policies.statements.items():
            for index, action in powerful(statement):
                where = module.place("policies", "statements", name, "actions", index)
                yield (
                    f"{where} is {action}, for all resources: the function could use it to get more permissions, or "
                    "secrets of others. Name the resources that it needs, or set a permissionsBoundary for the stack"
                )
