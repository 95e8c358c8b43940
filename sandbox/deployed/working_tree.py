"""The checkout: its settings, and whether it is what runs, by the stack's records of what `live` serves."""

import re
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from components.errors import ComponentError
from components.function.configuration import description
from components.modules import module_folders, read_content, written_settings, written_smoke
from components.settings import ModuleSettings
from components.settings.load import LoadedSettings
from delivery.changes import Record, differences
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

State = Literal["same", "changed", "moved", "new", "gone", "invalid"]

SETTINGS = "~ settings"
"""Stands for all settings that are fixed in a version. Pulumi alone can tell of others, such as triggers."""
_SETTINGS_DIGEST = re.compile(r"settings ([0-9a-f]{8})")


@dataclass(frozen=True)
class Served:
    """What a stack and a version keep of what is served."""

    record: Record
    description: str = ""
    """Of the version: it has the digest of its settings."""
    revisions: Mapping[str, str] = field(default_factory=dict)
    """Of the module's secrets, by variable: they count as settings. What the checkout wants of them is encrypted."""


@dataclass(frozen=True)
class Compared:
    state: State
    """`moved`: another version is served than the stack deployed; `new`: not deployed yet; `gone`: deployed, but not in
    the checkout; `invalid`: no image can be built of it."""
    reasons: list[str] = field(default_factory=list)
    """For `changed` the differences, for `moved` and `invalid` what is wrong."""


def settings_of(layout: Layout) -> LoadedSettings:
    """What the program would read of the checkout now. Raises SandboxError if settings are invalid."""
    with _as_the_program(layout):
        return written_settings(stack.PROJECT, stack.STACK)


def folders_of(layout: Layout) -> list[Path]:
    """Those of the checkout's modules, whatever is in them. Raises SandboxError if there is no `modules` folder."""
    with _as_the_program(layout):
        return module_folders(Path("modules"))


@contextmanager
def _as_the_program(layout: Layout) -> Iterator[None]:
    """In the checkout, as the program's paths are relative to it. A ComponentError inside becomes a SandboxError."""
    with chdir(layout.project):
        try:
            yield
        except ComponentError as invalid:
            raise SandboxError(str(invalid)) from invalid


def smoke_event(layout: Layout, module: str) -> bytes | None:
    """What the program sends a module's new versions; None if nothing. Raises SandboxError if that is invalid."""
    with _as_the_program(layout):
        smoke = written_smoke(stack.PROJECT, stack.STACK, module)
        return smoke.message.encode() if smoke.event is not None and smoke.message is not None else None


def untested_modules(layout: Layout) -> set[str]:
    """Those of the checkout whose new versions are sent no smoke event. Raises SandboxError if settings are invalid."""
    return {name for name, settings in settings_of(layout).modules.items() if settings.smoke.message is None}


def compare(layout: Layout, served: Mapping[str, Served]) -> dict[str, Compared]:
    """By module, of the checkout and of the records. Raises SandboxError if settings are invalid."""
    modules = settings_of(layout).modules
    with chdir(layout.project):
        found = {name: _compare(name, modules, served.get(name)) for name in modules}
    gone = {name: Compared("gone") for name in served.keys() - found.keys()}
    return dict(sorted({**found, **gone}.items()))


def _compare(name: str, modules: Mapping[str, ModuleSettings], served: Served | None) -> Compared:
    builder = modules[name].image.module or name
    try:
        now = read_content(Path("modules", builder), modules[builder]).record
    except ComponentError as invalid:
        return Compared("invalid", str(invalid).splitlines())
    if served is None:
        return Compared("new")
    reasons = differences(served.record, now)
    digest = _settings_digest(served.description)
    if digest is not None and digest != _wanted_digest(modules[name], served.revisions):
        reasons.append(SETTINGS)
    return Compared("changed" if reasons else "same", reasons)


def _wanted_digest(settings: ModuleSettings, revisions: Mapping[str, str]) -> str | None:
    known = {variable: revisions.get(variable, "") for variable in settings.secrets}
    return _settings_digest(description(settings, known))


def _settings_digest(described: str) -> str | None:
    """The last one: what comes before it is the module's own description."""
    digests: list[str] = _SETTINGS_DIGEST.findall(described)
    return digests[-1] if digests else None
