"""Whether the checkout is what runs: each module's content now, beside the stack's record of what `live` serves."""

from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from components.errors import ComponentError
from components.modules import module_folders, read_module
from components.settings import StackSettings
from delivery.changes import Record, differences
from sandbox import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

State = Literal["same", "changed", "new", "gone", "invalid"]


@dataclass(frozen=True)
class Compared:
    state: State
    """`new`: not deployed yet; `gone`: deployed, but not in the checkout; `invalid`: no image can be built of it."""
    because: list[str] = field(default_factory=list)
    """For `changed` the differences, for `invalid` what is wrong."""


def compare(layout: Layout, served: Mapping[str, Record]) -> dict[str, Compared]:
    """By module, of the checkout and of the records. Raises SandboxError if modules or settings are invalid."""
    with chdir(layout.project):  # as the program, which has paths relative to itself
        try:
            settings, modules = _settings(Path(f"Pulumi.{stack.STACK}.yaml")), module_folders(Path("modules"))
        except ComponentError as invalid:
            raise SandboxError(str(invalid)) from invalid
        found = {folder.name: _compare(folder, settings, served.get(folder.name)) for folder in modules}
    gone = {name: Compared("gone") for name in served.keys() - found.keys()}
    return dict(sorted({**found, **gone}.items()))


def _compare(folder: Path, settings: StackSettings, served: Record | None) -> Compared:
    try:
        now = read_module(folder, settings).content.record
    except ComponentError as invalid:
        return Compared("invalid", str(invalid).splitlines())
    if served is None:
        return Compared("new")
    because = differences(served, now)
    return Compared("changed" if because else "same", because)


def _settings(file: Path) -> StackSettings:
    """As the program has them, without starting it."""
    try:
        document: dict[str, Any] = yaml.safe_load(file.read_text())
    except yaml.YAMLError as invalid:
        raise SandboxError(f"{file.name} is no YAML: {invalid}", "mend it") from invalid
    ours = f"{stack.PROJECT}:"
    given = {key.removeprefix(ours): value for key, value in document["config"].items() if key.startswith(ours)}
    try:
        return StackSettings.model_validate(given)
    except ValidationError as invalid:
        raise SandboxError(f"{file.name} is not valid: {invalid}", "mend it") from invalid
