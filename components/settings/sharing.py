"""Checks that a module reads a secret of another module only if that module shares it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.naming import physical_name, secret_name
from components.settings.actions import READ_SECRETS, matches
from components.settings.declaration import ModuleDeclaration
from components.settings.module import Statement
from components.settings.validation import did_you_mean

_SERVICES = {"parameterStore": "ssm", "secretsManager": "secretsmanager"}
"""For each store, the service in the ARNs of its secrets."""
_STORES = {"parameter": "parameterStore", "secret": "secretsManager"}
"""For each kind of secret in `access`, its store."""
_VALUE_ACTIONS = {
    "parameterStore": (*READ_SECRETS["parameterStore"], "ssm:PutParameter"),
    "secretsManager": (
        *READ_SECRETS["secretsManager"],
        *("secretsmanager:PutResourcePolicy", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"),
    ),
}
"""For each store, the actions that read or replace a value."""
_SUFFIX = "-AbCdEf"
"""A sample of the hyphen and six characters that Secrets Manager appends to an ARN."""


@dataclass(frozen=True, kw_only=True)
class _OwnedSecret:
    """A secret that the program stores for a module, or would store under this name."""

    owner: str
    variable: str
    name: str
    store: str

    def shared_with(self, module: str, declared: Mapping[str, ModuleDeclaration]) -> bool:
        secret = declared[self.owner].settings.secrets.get(self.variable) if self.owner in declared else None
        return secret is not None and secret.existing is None and module in secret.shared_with

    def may_be(self, resource: str) -> bool:
        """Whether a statement for this resource includes the secret, in any account and Region.

        Permission to read a path of parameters is permission to read all parameters below it.
        """
        pattern = "*" if resource == "*" else resource.split(":", 5)[5]
        if self.store == "secretsManager":
            whole = f"secret:{self.name}{_SUFFIX}"
            return matches(pattern, whole) or matches(pattern, whole.removeprefix("secret:"))
        parts = f"parameter{self.name}".split("/")
        return any(matches(pattern.rstrip("/"), "/".join(parts[:end])) for end in range(1, len(parts) + 1))


def unshared_secrets(prefix: str, declared: Mapping[str, ModuleDeclaration], readers: Iterable[str]) -> Iterator[str]:
    """Messages about modules that would read a secret that isn't shared; physical names begin with `prefix`."""
    for module in (declared[name] for name in readers):
        for variable, secret in module.settings.secrets.items():
            owned = _owner_of(prefix, secret.existing, secret.store)
            if owned and not _allowed(owned, module.name, declared):
                where = module.place("secrets", variable, "existing")
                yield f"{where} is {secret.existing}, {_not_shared(owned, module.name)}"
        for name, statement in module.settings.policies.statements.items():
            if statement.effect == "Allow":
                path = "policies", "statements", name, "resources"
                for index, owned in _unshared_resources(statement, prefix, module.name, declared):
                    what = f"{statement.resources[index]}, which includes {owned.name}"
                    yield f"{module.place(*path, index)} is {what}, {_not_shared(owned, module.name)}"
        for name, one in module.settings.access.items():
            for kind, store in _STORES.items():
                given = one.named.get(kind)
                owned = _owner_of(prefix, given, store)
                if owned and not _allowed(owned, module.name, declared):
                    yield f"{module.place('access', name, kind)} is {given}, {_not_shared(owned, module.name)}"


def unknown_readers(declared: Mapping[str, ModuleDeclaration], names: Iterable[str]) -> Iterator[str]:
    """Messages about secrets that are shared with modules that don't exist."""
    names = set(names)
    for module in declared.values():
        for variable, secret in module.settings.secrets.items():
            for index, reader in enumerate(secret.shared_with):
                if reader not in names:
                    where = module.place("secrets", variable, "sharedWith", index)
                    yield f"{where} is {reader}, which is not a module: {did_you_mean(reader, names - {module.name})}"


def _allowed(owned: _OwnedSecret, reader: str, declared: Mapping[str, ModuleDeclaration]) -> bool:
    return owned.owner == reader or owned.shared_with(reader, declared)


def _not_shared(owned: _OwnedSecret, reader: str) -> str:
    return (
        f"a secret of '{owned.owner}', which doesn't share it: leave it out, or add "
        f"`sharedWith: [{reader}]` to secrets.{owned.variable} in modules/{owned.owner}/module.yaml"
    )


def _owner_of(prefix: str, name: str | None, store: str) -> _OwnedSecret | None:
    """The module's secret with a name or an ARN, if it has the form of the stack's own names."""
    if name is None:
        return None
    if name.startswith("arn:"):
        name = name.split(":", 5)[5].removeprefix("secret:").removeprefix("parameter")
    return _parse_name(prefix, name, store)


def _parse_name(prefix: str, name: str, store: str) -> _OwnedSecret | None:
    found = re.fullmatch(secret_name(re.escape(physical_name(prefix, "")) + "([^/*?]+)", "([A-Za-z0-9_]+).*"), name)
    return _OwnedSecret(owner=found[1], variable=found[2], name=name, store=store) if found else None


def _unshared_resources(
    statement: Statement, prefix: str, reader: str, declared: Mapping[str, ModuleDeclaration]
) -> Iterator[tuple[int, _OwnedSecret]]:
    """For each resource, by its index, the first secret that the reader may not read."""
    stores = [store for store, values in _VALUE_ACTIONS.items() if _matches_any(statement.actions, values)]
    for index, resource in enumerate(statement.resources):
        for owned in (*_stored_secrets(prefix, declared), *_secrets_named_by(prefix, resource)):
            if owned.store in stores and _concerns(resource, owned) and not _allowed(owned, reader, declared):
                yield index, owned
                break


def _matches_any(patterns: Iterable[str], actions: Iterable[str]) -> bool:
    actions = list(actions)
    return any(matches(pattern, action, ignore_case=True) for pattern in patterns for action in actions)


def _concerns(resource: str, owned: _OwnedSecret) -> bool:
    return (resource == "*" or resource.split(":")[2] == _SERVICES[owned.store]) and owned.may_be(resource)


def _stored_secrets(prefix: str, declared: Mapping[str, ModuleDeclaration]) -> Iterator[_OwnedSecret]:
    for module in declared.values():
        for variable, secret in module.settings.secrets.items():
            if secret.existing is None:
                name = secret_name(physical_name(prefix, module.name), variable)
                yield _OwnedSecret(owner=module.name, variable=variable, name=name, store=secret.store)


def _secrets_named_by(prefix: str, resource: str) -> Iterator[_OwnedSecret]:
    """The secret that a resource names, even if no module has it: that of a removed module may still exist."""
    parts = resource.split(":", 5)
    stores = {service: store for store, service in _SERVICES.items()}
    if len(parts) == 6 and (store := stores.get(parts[2])):
        name = parts[5].removeprefix("secret:").removeprefix("parameter")
        owned = _parse_name(prefix, re.sub("-[^/-]{6}$", "", name), store)
        yield from [owned] if owned else []
