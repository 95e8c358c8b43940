"""The values of all references in a stack: the account's, those of own resources, and those of modules."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import pulumi
from pydantic.alias_generators import to_camel

from components.account import account_scope
from components.arn import AwsScope
from components.errors import ComponentError
from components.function.function import AWS_SDK
from components.modules import Module
from components.references import Values
from components.settings.references import names_in, references_in
from components.settings.validation import did_you_mean


class Deployed(Protocol):
    """A module whose resources are created."""

    @property
    def references(self) -> Values: ...


class Wiring:
    """Raises ComponentError if a setting refers to an own resource that doesn't exist, or that lacks the property."""

    def __init__(self, resources: Mapping[str, pulumi.Resource], modules: Sequence[Module]) -> None:
        self._resources = {name: _properties(resource) for name, resource in resources.items()}
        self._made = resources
        if wrong := [message for module in modules for message in self._unknown(module)]:
            raise ComponentError("\n".join(wrong))

    def values(self, module: Module, deployed: Mapping[str, Deployed]) -> Values:
        """The values of the references in a module's settings. `deployed` has the modules that it is after."""
        return {name: self._value(name, deployed) for name in names_in(module.settings)}

    def _value(self, name: str, deployed: Mapping[str, Deployed]) -> pulumi.Input[Any]:
        root, _, rest = name.partition(".")
        first, _, key = rest.partition(".")
        if root == "resources":
            return getattr(self._made[first], self._resources[first][key])
        if root == "modules":
            return deployed[first].references[key]
        return self._scope.apply(lambda scope: str(getattr(scope, name)))

    @cached_property
    def _scope(self) -> pulumi.Output[AwsScope]:
        return pulumi.Output.from_input(account_scope(pulumi.InvokeOptions(version=AWS_SDK)))

    def _unknown(self, module: Module) -> Iterator[str]:
        for _, text in references_in(module.settings):
            for name in text.names:
                root, _, rest = name.partition(".")
                resource, _, key = rest.partition(".")
                if root == "resources" and (wrong := self._mistake(resource, key)):
                    yield f"{text.place} has ${{{name}}}, but {wrong}"

    def _mistake(self, resource: str, key: str) -> str:
        if resource not in self._resources:
            return f"there is no own resource '{resource}': {did_you_mean(resource, self._resources)}"
        properties = self._resources[resource]
        kind = type(self._made[resource]).__name__
        return "" if key in properties else f"{kind} has no property '{key}': {did_you_mean(key, properties)}"


def _properties(resource: pulumi.Resource) -> Mapping[str, str]:
    """The attributes with a resource's outputs, by their names in Python and in other languages."""
    found = {"urn": "urn", **({"id": "id"} if isinstance(resource, pulumi.CustomResource) else {})}
    for kind in type(resource).__mro__:
        for attribute, its in vars(kind).items():
            # Reading a property that is deprecated would print a warning.
            if isinstance(its, property) and (name := getattr(its.fget, "_pulumi_name", None)):
                found |= {attribute: attribute, name: attribute}
    for attribute, value in vars(resource).items():
        if isinstance(value, pulumi.Output) and not attribute.startswith("_"):
            found |= {attribute: attribute, to_camel(attribute): attribute}
    return found
