"""Replaces the references in settings by values that are known once the program runs.

What is created from settings takes them from `with_outputs` if it takes Pulumi's inputs, and otherwise from `resolved`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi
from pulumi.runtime import is_dry_run

from components.errors import ComponentError
from components.printable import printable
from components.settings.document import KeyPath, dotted
from components.settings.module import ModuleSettings
from components.settings.plain_secrets import secret_in
from components.settings.references import ReferringText, changed, names_in, references_in
from components.settings.rules import broken_rules

T = TypeVar("T")

Values = Mapping[str, pulumi.Input[Any]]
"""The values of references, by what is between their braces."""
_ANYTHING = "*"
"""What stands for an unknown value in the patterns of policies."""


def with_outputs(settings: T, values: Values) -> T:
    """Return a copy of settings in which each text with references is an output, although its type says text.

    Each output is known as soon as all values in its text are, so that a preview shows it. It fails with ComponentError
    if a value is a secret, or if the text hasn't the form that the setting should have.
    """
    return changed(settings, lambda text, _: _output(text, values))


def resolved(settings: T, values: Values) -> pulumi.Output[T]:
    """Return settings without references, once all values are known. It fails as `with_outputs` does."""
    texts = [text for _, text in references_in(settings)]
    if not texts:
        return pulumi.Output.from_input(settings)

    def fill(known: list[str]) -> T:
        by_text = dict(zip(texts, known, strict=True))
        return _checked(changed(settings, lambda text, _: by_text[text]))

    return pulumi.Output.all(*(_output(text, values) for text in texts)).apply(fill)


def comparable(settings: ModuleSettings, values: Values) -> pulumi.Output[ModuleSettings]:
    """Return settings with `*` for what a preview doesn't know yet, to compare the policies that follow from them.

    Settings are left out if the ARNs in them have to be known for a statement.
    """
    names = names_in(settings)

    async def known() -> ModuleSettings:
        found = {name: await _known(pulumi.Output.from_input(values[name])) for name in names}

        def replaced(text: ReferringText, path: KeyPath) -> str | None:
            unknown = any(found[name] == _ANYTHING for name in text.names)
            return None if unknown and path[-1] == "kmsKey" else text.replaced(found)

        sections = {"on_failure": settings.on_failure, "file_system": settings.file_system}
        unknown = [key for key, its in sections.items() if any(found[name] == _ANYTHING for name in names_in(its))]
        return changed(settings.model_copy(update=dict.fromkeys(unknown)), replaced)

    return pulumi.Output.from_input(known()) if names else pulumi.Output.from_input(settings)


def used(settings: ModuleSettings, values: Values) -> dict[str, pulumi.Output[str]]:
    """The values of the references that settings have, by name."""
    return {name: _text(name, "", values) for name in names_in(settings)}


def _checked(settings: T) -> T:
    """Raises ComponentError if the values break a rule about several settings."""
    if isinstance(settings, ModuleSettings):
        for path, rule in broken_rules(settings):
            raise ComponentError(f"{dotted(path)} {rule}")
    return settings


def _output(text: ReferringText, values: Values) -> pulumi.Output[str]:
    known = pulumi.Output.all(**{name: _text(name, text.place, values) for name in text.names})

    def fill(known: dict[str, str]) -> str:
        whole = text.filled(known)
        if kind := secret_in(whole):
            raise ComponentError(
                f"{text.place or 'a setting'}: {printable(text)} would put {kind} into settings in plain text: "
                "store it in Secrets Manager, and name that below `secrets` as `existing`"
            )
        return whole

    return known.apply(fill)


def _text(name: str, place: str, values: Values) -> pulumi.Output[str]:
    """The value of a reference as text.

    Fails with ComponentError if it is a secret, not text, or, in an update, unknown because its resource failed.
    """
    where = f"{place} refers to" if place else "a setting refers to"
    if name not in values:
        raise ComponentError(f"{where} ${{{name}}}, which has no value in this program")
    value = pulumi.Output.from_input(values[name])

    async def refuse() -> None:
        if not is_dry_run() and not await value.is_known():
            raise ComponentError(f"{where} ${{{name}}}, which was not made: the engine has reported why")
        if await value.is_secret():
            raise ComponentError(
                f"{where} ${{{name}}}, which is a secret, and would be in plain text in the settings of the function: "
                "store it in Secrets Manager, and name that below `secrets` as `existing` (docs/wiring.md)"
            )

    def as_text(known: list[Any]) -> str:
        found = known[0]
        if isinstance(found, bool):
            return str(found).lower()
        if isinstance(found, str | int | float):
            return str(found)
        what = "has no value" if found is None else "is a list or a mapping, not text"
        raise ComponentError(f"{where} ${{{name}}}, which {what}: refer to another property")

    accepted: pulumi.Output[None] = pulumi.Output.from_input(refuse())
    return pulumi.Output.all(value, accepted).apply(as_text)


async def _known(value: pulumi.Output[Any]) -> str:
    return str(await value.future()) if await value.is_known() and not await value.is_secret() else _ANYTHING
