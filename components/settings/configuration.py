"""A stack's configuration, as the engine passes it to the program or as its file has it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from components.errors import ComponentError
from components.files.json_document import parse
from components.settings.document import Document, KeyPath
from components.settings.yaml_file import read_yaml

ENCRYPTED = ("alarmEndpoints", "buildSecrets", "secrets")
"""The settings whose values are encrypted; the values of all others are shown."""
MASKED = "[encrypted]"
"""What a setting has instead of an encrypted text, where nothing is decrypted."""


def stack_document(config: pulumi.Config) -> Document:
    """The stack's configuration as the engine passes it, with lines from the stack's file. Raises ComponentError."""
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    prefix = f"{config.name}:"
    values = {name: plain(config.require(name)) for name in _names(prefix)}
    written = _read_config(Path(file)) if Path(file).is_file() else None  # the engine may use another file
    document = Document(file=file, values=values, lines=_lines(written, prefix), prefix=prefix)
    wrong = [
        f"{document.place((name,))} {_wrong_encryption(name)}"
        for name, value in values.items()
        if value != {} and is_config_secret(prefix + name) != (name in ENCRYPTED)
    ]
    if wrong:
        raise ComponentError("\n".join(wrong))
    return document


def plain(text: str) -> Any:
    """The value of a configuration text: the engine passes everything but strings as JSON."""
    try:
        return parse(text)
    except ValueError:
        return text


def _names(prefix: str) -> Iterator[str]:
    """The names of all settings of the program, known or not. `pulumi.Config` can't list them."""
    return (key.removeprefix(prefix) for key in {**get_config_env(), **CONFIG.get()} if key.startswith(prefix))


def _wrong_encryption(name: str) -> str:
    if name in ENCRYPTED:
        return "is in plain text: remove it, and set it again with `pulumi config set --secret --path`"
    return (
        f"holds an encrypted value: only values below {', '.join(f'`{known}`' for known in ENCRYPTED)} may be "
        "encrypted. A module names secrets and build secrets in its settings of the same name"
    )


def written_document(file: Path, project: str) -> Document:
    """The configuration of a stack's file and the defaults of the project's, read without the engine.

    Nothing is decrypted. Raises ComponentError.
    """
    prefix, written = f"{project}:", _read_config(file)
    own = {key.removeprefix(prefix): value for key, value in written.values.items() if key.startswith(prefix)}
    merged = {**_project_defaults(file.with_name("Pulumi.yaml"), prefix), **own}
    values = {key: plain(value) if isinstance(value, str) else _mask_encrypted(value) for key, value in merged.items()}
    return Document(file=file.name, values=values, lines=_lines(written, prefix), prefix=prefix)


def written_region(file: Path) -> str | None:
    """The Region in a stack's file. None if the environment names it. Raises ComponentError."""
    region = _read_config(file).values.get("aws:region")
    return None if region is None else str(region)


def stack_names() -> list[str]:
    """The names of the stacks that have a file in the current folder, sorted."""
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in Path().glob("Pulumi.*.yaml"))


def project_name() -> str:
    """The name of the project in the current folder. Raises ComponentError."""
    document = read_yaml(Path("Pulumi.yaml"))
    if not (name := document.values.get("name")):
        raise ComponentError(f"{document.file} has no name: add the project's name, `name: ...`")
    return str(name)


def _read_config(file: Path) -> Document:
    return read_yaml(file).within("config")


def _project_defaults(file: Path, prefix: str) -> dict[str, Any]:
    """The defaults that a project's file has for its stacks. A name without a prefix is one of the program's own.

    https://www.pulumi.com/docs/iac/concepts/config/#project-level-configuration
    """
    declarations = _read_config(file).values if file.exists() else {}
    own_declarations = {
        key.removeprefix(prefix): value for key, value in declarations.items() if ":" not in key.removeprefix(prefix)
    }
    values = {key: _default_value(value) for key, value in own_declarations.items()}
    return {key: value for key, value in values.items() if value is not None}


def _default_value(declaration: Any) -> Any:
    if not isinstance(declaration, Mapping):
        return declaration
    return declaration.get("value", declaration.get("default"))


def _mask_encrypted(value: Any) -> Any:
    """The value with a placeholder for each encrypted text."""
    if not isinstance(value, Mapping):
        return value
    return MASKED if value.keys() == {"secure"} else {key: _mask_encrypted(below) for key, below in value.items()}


def _lines(written: Document | None, prefix: str) -> Mapping[KeyPath, int]:
    """The lines of settings, by key path without the prefix."""
    lines = written.lines if written else {}
    return {(str(path[0]).removeprefix(prefix), *path[1:]): line for path, line in lines.items() if path}
