"""The sandbox's stack settings: the user's own file, which git ignores, made from the tracked defaults.

What `pulumi config set` writes in the sandbox, such as secrets, is therefore never committed.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import SandboxError
from sandbox.layout import Layout

NAME = "Pulumi.local.yaml"
DEFAULTS = Path("sandbox", NAME)
"""Relative to the project."""
_EARLIER = {"config": {"lambda-images:buildArgs": {"BASE_IMAGE": "lambda-images/base:python3"}}}
"""What was a default in earlier releases, for a file of which it isn't known which defaults it was made from."""


def ensure(layout: Layout) -> None:
    """Create the file if it is missing, and merge defaults that have changed since the last command into it.

    Raises SandboxError if the file can't be merged.
    """
    defaults, own, applied = layout.project / DEFAULTS, layout.project / NAME, layout.home / NAME
    before = applied.read_bytes() if applied.exists() else b""
    if own.exists() and before == defaults.read_bytes():
        return
    if not own.exists() or own.read_bytes() == before:
        shutil.copyfile(defaults, own)
    elif own.read_bytes() != defaults.read_bytes():  # else there is nothing to write, as in a checkout that can't be
        document = updated(_read(own), yaml.safe_load(before) or _EARLIER, yaml.safe_load(defaults.read_bytes()))
        own.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    applied.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(defaults, applied)


def updated(own: Mapping[str, Any], before: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user's document with the old defaults replaced by the new ones. The user's own changes stay."""
    kept = {key: value for key, value in own.items() if key not in before or value != before[key]}
    merged = {key: value for key, value in defaults.items() if key not in kept and (key in own or key not in before)}
    for key in own.keys() & (before.keys() | defaults.keys()):
        mappings: list[Any] = [own[key], before.get(key, {}), defaults.get(key, {})]
        if all(isinstance(mapping, Mapping) for mapping in mappings):
            kept[key] = updated(*mappings)
    return {key: value for key, value in {**merged, **kept}.items() if value != {} or own.get(key) == {}}


def _read(file: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(file.read_bytes())
    except yaml.YAMLError as invalid:
        raise SandboxError(
            f"{file.name} is not valid YAML: {invalid}", "correct it, or delete it to start again"
        ) from invalid
    if not isinstance(document, dict):
        raise SandboxError(f"{file.name} is not a mapping", "correct it, or delete it to start again")
    return document
