"""Validates settings, and reports each mistake with its place, the value, and what it should be."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.errors import ComponentError
from components.printable import printable
from components.settings.configuration import ENCRYPTED
from components.settings.document import Document, KeyPath, place
from components.settings.plain_secrets import plain_secrets, secret_in
from components.settings.schema import below, schema_of

Model = TypeVar("Model", bound=BaseModel)

MAX_SHOWN_CHARACTERS = 60
"""How much of a value is shown."""

_EVENTS = {("smoke", "event"), ("smoke", "expect"), ("event",), ("expect",)}
"""How the paths of events end in the settings of a module, and their paths in those of `smoke` alone."""
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends a text in C, and lone surrogates, which UTF-8 doesn't have."""

_RULES = {
    "bool_type": "it should be true or false",
    "dict_type": "it should be a mapping",
    "list_type": "it should be a list",
    "model_type": "it should be a mapping",
    "string_type": "it should be text: put numbers, dates, yes and no in quotes",
}
"""Messages that replace pydantic's, which are for Python developers."""


def validated(model: type[Model], values: Any, documents: Sequence[Document]) -> Model:
    """The merged values of the documents, of a stack or one module, as a model. Raises ComponentError."""
    if wrong := [f"{place(path, documents)} {what}" for path, what in _unsendable(values)]:
        raise ComponentError("\n".join(wrong))
    try:
        return model.model_validate(values, by_alias=True, by_name=False)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        raise ComponentError("\n".join(_describe(model, error, documents) for error in errors)) from invalid


def _unsendable(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Texts that can't be passed to a process or in a request. Events may have them, because JSON escapes them."""
    if path[-2:] in _EVENTS:
        return
    if isinstance(value, str) and (found := _UNSENDABLE.search(value)):
        yield path, f"has the character {printable(found[0])}, which can't be passed on: leave it out"
    entries = value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else ())
    for key, entry in entries:
        if isinstance(key, str) and _UNSENDABLE.search(key):
            yield (*path, key), "has a character that can't be passed on: leave it out"
        yield from _unsendable(entry, (*path, key))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown name: the nearest of the known names, or all of them."""
    known = sorted(map(printable, known))
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"choose one of {', '.join(known)}" if known else "there are none"


def _describe(model: type[BaseModel], error: ErrorDetails, documents: Sequence[Document]) -> str:
    kind, path = error["type"], error["loc"]
    if path[-1] == "[key]":
        return f"{place(path[:-1], documents)}: {_rule(error)}"
    where = place(path, documents)
    if kind in ("extra_forbidden", "invalid_key"):
        known = below(schema_of(model), path[:-1]).get("properties", {})
        return f"{where} is not a setting: {did_you_mean(str(path[-1]), known)}"
    if kind == "missing":
        return f"{where} is missing"
    return f"{where} is {_shown(path, error['input'])}: {_rule(error)}"


def _rule(error: ErrorDetails) -> str:
    if error["type"] in _RULES:
        return _RULES[error["type"]]
    message = error["msg"].removeprefix("Value error, ").partition(" after validation")[0]
    return printable(re.sub("^(Input|List|String) should", "it should", message))


def in_plain_text(values: Mapping[str, Any], documents: Sequence[Document], module: str = "") -> Iterator[str]:
    """Messages about secrets in plain text in the merged values of a stack or one module."""
    for path, how in plain_secrets(values):
        yield f"{place(path, documents)} {how}, in plain text: {_remedy(path, module)}"


def _remedy(path: KeyPath, module: str) -> str:
    if path[:1] == ("environment",) and len(path) == 2:
        return f"name it below `secrets` instead, and set it with\n  {set_secret(module, str(path[-1]))}"
    if path[:1] == ("buildArgs",):
        return (
            "leave it out, because everyone who can pull the image can read its build arguments. Name it below "
            "`buildSecrets` instead, and mount it in the Dockerfile: docs/secrets.md"
        )
    return "leave it out, because everyone who can see the stack or its resources can read it"


def set_secret(module: str, variable: str) -> str:
    """The command that sets a secret's value, encrypted."""
    return f"pulumi config set --secret --path 'secrets.{module}.{printable(variable)}'"


def set_build_secret(name: str) -> str:
    """The command that sets a build secret's value, encrypted."""
    key = (
        f'["{name}"]' if "." in name else f".{name}"
    )  # https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/
    return f"pulumi config set --secret --path 'buildSecrets{printable(key)}'"


def _shown(path: KeyPath, value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    if path[0] in ENCRYPTED or secret_in(text):
        return "[secret]"
    text = printable(text)
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}..."
