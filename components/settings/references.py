"""References in settings, such as `${account}` or `${modules.orders.queues.jobs.url}`, and how they are replaced.

A field takes references if its type says so: `Annotated[str, <form>.or_reference()]`, see `components.settings.values`.
Its value is then a `ReferringText` until `filled` has replaced all references.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from components.errors import ComponentError
from components.printable import printable
from components.settings.document import KeyPath

T = TypeVar("T")

_TOKEN = re.compile(r"\$(?P<escape>\$\{)|\$\{(?P<name>[^{}]*)(?P<end>\}?)")
_POLICY_VARIABLE = re.compile(r".*:.*|[*?$]", re.DOTALL)
"""What IAM's own variables have between their braces.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""
_OPENING = "${"


class Rule(Protocol):
    """The form of a text: raises ValueError, or returns the text."""

    def check(self, value: Any) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a field that takes references demands of its text."""

    form: Rule
    """Of the text once all references are replaced."""
    variables: bool = False
    """Whether the text may also have variables of IAM policies, such as `${aws:username}`, which stay as they are."""
    must_exist: bool = False
    """Whether AWS refuses the name or ARN of a resource that doesn't exist."""

    def read(self, text: str) -> str:
        """Return the text as the model should have it. Raises ValueError for one that has mistakes."""
        if _OPENING not in text:
            return self.form.check(text)
        for found in _TOKEN.finditer(text):
            name = found["name"]
            if found["escape"]:
                continue
            if not found["end"]:
                raise ValueError("it has a `${` without a `}`: close it, or write `$${` for a literal `${`")
            if _POLICY_VARIABLE.fullmatch(name) and not self.variables:
                raise ValueError(f"it has ${{{name}}}, which is no reference: write `$${{` for a literal `${{`")
        referring = ReferringText.of(text, self)
        return referring if referring.names else self.form.check(referring.unescaped({}))


class ReferringText(str):
    """A text as it is written, with references."""

    field: Field
    place: str
    """File, line and key, for messages."""

    @classmethod
    def of(cls, text: str, field: Field, place: str = "") -> "ReferringText":
        referring = cls(text)
        referring.field, referring.place = field, place
        return referring

    @property
    def names(self) -> list[str]:
        """The references, without braces, each once."""
        found = (token["name"] for token in _TOKEN.finditer(self) if not token["escape"])
        return list(dict.fromkeys(name for name in found if not _POLICY_VARIABLE.fullmatch(name)))

    def replaced(self, values: Mapping[str, str]) -> str:
        """Return the text with all references that have a value replaced, and otherwise as it is written."""
        return _TOKEN.sub(lambda token: values.get(token["name"] or "", token[0]), self)

    def unescaped(self, values: Mapping[str, str]) -> str:
        """Return the text as `filled` does, but whatever form it has then."""
        return _TOKEN.sub(lambda token: _OPENING if token["escape"] else values.get(token["name"], token[0]), self)

    def expanded(self, texts: Mapping[str, str]) -> "str | ReferringText":
        """Replace references by texts that may have references themselves. Raises ComponentError as `filled` does."""
        expanded = self.of(self.replaced(texts), self.field, self.place)
        return expanded if expanded.names else expanded.filled({})

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with all references replaced by these values.

        Raises ComponentError if it doesn't have the form of the field then.
        """
        text = self.unescaped(values)
        try:
            return self.field.form.check(text)
        except ValueError as wrong:
            place = self.place or "a setting"
            comes_from = f", from {printable(self)}" if self.names else ""
            raise ComponentError(f"{place} is {printable(text)}{comes_from}: {wrong}") from None


def changed(value: T, change: Callable[[ReferringText, KeyPath], Any], path: KeyPath = ()) -> T:
    """Return a copy of a model, list or mapping in which each text with references is what `change` returns for it."""
    new: Any = value
    if isinstance(value, ReferringText):
        new = change(value, path)
    elif isinstance(value, BaseModel):
        fields = type(value).model_fields
        have = {name: (getattr(value, name), (*path, str(fields[name].alias or name))) for name in fields}
        update = {name: now for name, (old, below) in have.items() if (now := changed(old, change, below)) is not old}
        new = value.model_copy(update=update) if update else value
    elif isinstance(value, dict):
        entries = {key: changed(old, change, (*path, key)) for key, old in value.items()}
        new = entries if any(entries[key] is not old for key, old in value.items()) else value
    elif isinstance(value, list):
        items = [changed(old, change, (*path, index)) for index, old in enumerate(value)]
        new = items if any(now is not old for now, old in zip(items, value, strict=True)) else value
    return new  # type: ignore[no-any-return]  # it has the type of the value, apart from what `change` returns


def references_in(value: Any) -> Iterator[tuple[KeyPath, ReferringText]]:
    """The texts with references in a model, list or mapping, with their paths."""
    found: list[tuple[KeyPath, ReferringText]] = []

    def note(text: ReferringText, path: KeyPath) -> ReferringText:
        found.append((path, text))
        return text

    changed(value, note)
    yield from found


def names_in(value: Any) -> list[str]:
    """The references in a model, list or mapping, each once, in the order of the fields."""
    return list(dict.fromkeys(name for _, text in references_in(value) for name in text.names))


def filled(value: T, values: Mapping[str, str]) -> T:
    """Return a copy of a model, list or mapping with all references replaced. Raises ComponentError."""
    return changed(value, lambda text, _: text.filled(values))
