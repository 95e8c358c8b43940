"""A stack's configuration, as the engine hands it to the program."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from components.errors import ComponentError
from components.settings.document import Document, KeyPath
from components.settings.yaml_file import read_yaml

ENCRYPTED = "secrets"
"""The one setting that is encrypted: values of all others are shown."""


def stack_document(config: pulumi.Config) -> Document:
    """What a stack's own file, or whatever else the engine was given, says. Raises ComponentError."""
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    prefix = f"{config.name}:"
    values = {name: plain(config.require(name)) for name in _names(prefix)}
    document = Document(file=file, values=values, lines=lines_in(Path(file), prefix), prefix=prefix)
    wrong = [
        f"{document.place((name,))} {_wrong_encryption(name)}"
        for name, value in values.items()
        if value != {} and is_config_secret(prefix + name) != (name == ENCRYPTED)
    ]
    if wrong:
        raise ComponentError("\n".join(wrong))
    return document


def plain(text: str) -> Any:
    """Configuration reaches a program as text: JSON for everything but strings."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _names(prefix: str) -> Iterator[str]:
    """All of a program's own, known or not. `pulumi.Config` can't list them, so where it looks is looked into."""
    return (key.removeprefix(prefix) for key in {**get_config_env(), **CONFIG.get()} if key.startswith(prefix))


def _wrong_encryption(name: str) -> str:
    if name == ENCRYPTED:
        return "is in plain text: remove it, and set it anew with `pulumi config set --secret --path`"
    return f"holds an encrypted value: only those below `{ENCRYPTED}` are, and a module names them in its `secrets`"


def lines_in(file: Path, prefix: str) -> Mapping[KeyPath, int]:
    """Of settings, by key path without the prefix; none where the engine was given another file."""
    if not file.is_file():
        return {}
    lines = read_yaml(file).within("config").lines
    return {(str(path[0]).removeprefix(prefix), *path[1:]): line for path, line in lines.items() if path}
