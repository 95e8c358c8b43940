"""Whose secrets are whose: a module reads another one's only if that shares it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.naming import physical_name, secret_name
from components.settings.actions import READ_SECRETS, matches
from components.settings.declaration import Declared
from components.settings.environment import Secret
from components.settings.module import Statement
from components.settings.validation import meant

_SERVICES = {"parameterStore": "ssm", "secretsManager": "secretsmanager"}
"""By store, the service in the ARNs of its secrets."""
_VALUES = {
    "parameterStore": (*READ_SECRETS["parameterStore"], "ssm:PutParameter"),
    "secretsManager": (
        *READ_SECRETS["secretsManager"],
        *("secretsmanager:PutResourcePolicy", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"),
    ),
}
"""By store, the actions that read a value, or replace it."""
_SUFFIX = "-AbCdEf"
"""Stands for the six characters that Secrets Manager ends an ARN with."""


@dataclass(frozen=True, kw_only=True)
class _Owned:
    """A secret that the program stores, or would store if the owner said so."""

    owner: str
    variable: str
    name: str
    store: str

    def shared_with(self, module: str, declared: Mapping[str, Declared]) -> bool:
        secret = declared[self.owner].settings.secrets.get(self.variable) if self.owner in declared else None
        return secret is not None and secret.existing is None and module in secret.shared_with

    def may_be(self, resource: str) -> bool:
        """Whether a statement about the resource is about this secret, in whichever account and Region it is.

        A right to read a path of parameters is one to read all below.
        """
        pattern = "*" if resource == "*" else resource.split(":", 5)[5]
        if self.store == "secretsManager":
            whole = f"secret:{self.name}{_SUFFIX}"
            return matches(pattern, whole) or matches(pattern, whole.removeprefix("secret:"))
        parts = f"parameter{self.name}".split("/")
        return any(matches(pattern.rstrip("/"), "/".join(parts[:end])) for end in range(1, len(parts) + 1))


def others_secrets(prefix: str, declared: Mapping[str, Declared], readers: Iterable[str]) -> Iterator[str]:
    """Of modules that would read a secret which its owner doesn't share; `prefix` is what physical names begin with."""
    for module in (declared[name] for name in readers):
        for variable, secret in module.settings.secrets.items():
            owned = _named(prefix, secret)
            if owned and not _allowed(owned, module.name, declared):
                where = module.place("secrets", variable, "existing")
                yield f"{where} is {secret.existing}, {_whose(owned, module.name)}"
        for name, statement in module.settings.policies.statements.items():
            if statement.effect == "Allow":
                path = "policies", "statements", name, "resources"
                for index, owned in _reached(statement, prefix, module.name, declared):
                    what = f"{statement.resources[index]}, which includes {owned.name}"
                    yield f"{module.place(*path, index)} is {what}, {_whose(owned, module.name)}"


def strangers(declared: Mapping[str, Declared], names: Iterable[str]) -> Iterator[str]:
    """Of modules that a secret is shared with, those that there are not."""
    names = set(names)
    for module in declared.values():
        for variable, secret in module.settings.secrets.items():
            for index, reader in enumerate(secret.shared_with):
                if reader not in names:
                    where = module.place("secrets", variable, "sharedWith", index)
                    yield f"{where} is {reader}, which is not a module: {meant(reader, names - {module.name})}"


def _allowed(owned: _Owned, reader: str, declared: Mapping[str, Declared]) -> bool:
    return owned.owner == reader or owned.shared_with(reader, declared)


def _whose(owned: _Owned, reader: str) -> str:
    return (
        f"a secret of '{owned.owner}', which doesn't share it: leave it out, or have modules/{owned.owner}/module.yaml "
        f"say `sharedWith: [{reader}]` below secrets.{owned.variable}"
    )


def _named(prefix: str, secret: Secret) -> _Owned | None:
    """What an `existing` secret is, if its name is one that the stack gives to a module's."""
    if secret.existing is None:
        return None
    name = secret.existing
    if name.startswith("arn:"):
        name = name.split(":", 5)[5].removeprefix("secret:").removeprefix("parameter")
    return _at(prefix, name, secret.store)


def _at(prefix: str, name: str, store: str) -> _Owned | None:
    found = re.fullmatch(secret_name(re.escape(physical_name(prefix, "")) + "([^/*?]+)", "([A-Za-z0-9_]+).*"), name)
    return _Owned(owner=found[1], variable=found[2], name=name, store=store) if found else None


def _reached(
    statement: Statement, prefix: str, reader: str, declared: Mapping[str, Declared]
) -> Iterator[tuple[int, _Owned]]:
    """By the place of a resource, the first secret that the reader may not have."""
    stores = [store for store, values in _VALUES.items() if _any_of(statement.actions, values)]
    for index, resource in enumerate(statement.resources):
        for owned in (*_stored(prefix, declared), *_literal(prefix, resource)):
            if owned.store in stores and _about(resource, owned) and not _allowed(owned, reader, declared):
                yield index, owned
                break


def _any_of(patterns: Iterable[str], actions: Iterable[str]) -> bool:
    actions = list(actions)
    return any(matches(pattern, action, ignore_case=True) for pattern in patterns for action in actions)


def _about(resource: str, owned: _Owned) -> bool:
    return (resource == "*" or resource.split(":")[2] == _SERVICES[owned.store]) and owned.may_be(resource)


def _stored(prefix: str, declared: Mapping[str, Declared]) -> Iterator[_Owned]:
    for module in declared.values():
        for variable, secret in module.settings.secrets.items():
            if secret.existing is None:
                name = secret_name(physical_name(prefix, module.name), variable)
                yield _Owned(owner=module.name, variable=variable, name=name, store=secret.store)


def _literal(prefix: str, resource: str) -> Iterator[_Owned]:
    """What a resource names, though no module of the stack has it: a removed one's secret may still be there."""
    parts = resource.split(":", 5)
    stores = {service: store for store, service in _SERVICES.items()}
    if len(parts) == 6 and (store := stores.get(parts[2])):
        name = parts[5].removeprefix("secret:").removeprefix("parameter")
        owned = _at(prefix, re.sub("-[^/-]{6}$", "", name), store)
        yield from [owned] if owned else []
