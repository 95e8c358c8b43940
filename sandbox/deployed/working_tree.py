"""Reads the checkout's settings, and compares the checkout with the stack's records of what `live` serves."""

import re
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from components.errors import ComponentError
from components.function.configuration import description
from components.image.content import BuildSpec, Content
from components.image.unfetched import check_fetched
from components.image.warnings import warnings
from components.modules import build_spec, module_folders, read_content, written_settings, written_smoke
from components.settings import ModuleSettings
from components.settings.load import LoadedSettings
from delivery.changes import Record, differences, served_records
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

State = Literal["same", "changed", "held", "canary", "moved", "new", "gone", "invalid"]

SETTINGS = "~ settings"
"""Stands for all settings that are part of a version. Only a preview finds changes of others, such as triggers."""
_SETTINGS_DIGEST = re.compile(r"settings ([0-9a-f]{8})")


@dataclass(frozen=True)
class Served:
    """What the stack's state and the version record about what is served."""

    record: Record
    description: str
    """The description of the version. It contains a digest of the version's settings."""
    revisions: Mapping[str, str] = field(default_factory=dict)
    """The revisions of the module's secrets, by variable. They count as settings."""


@dataclass(frozen=True)
class Compared:
    state: State
    """`held`: the module was rolled back. `moved`: another version is served than the stack deployed. `new`: the module
    is not deployed yet. `gone`: it is deployed, but not in the checkout. `invalid`: no image can be built from it."""
    reasons: list[str] = field(default_factory=list)
    """The differences if the state is `changed`, the explanation if it is `held`, `moved` or `invalid`."""
    warnings: list[str] = field(default_factory=list)
    """The warnings of the module's content. Those of an image that several modules run are the builder's."""


def settings_of(layout: Layout) -> LoadedSettings:
    """Return the settings of the checkout as the program would read them. Raises SandboxError if they are invalid."""
    with _as_the_program(layout):
        return written_settings(stack.PROJECT, stack.STACK)


def folders_of(layout: Layout) -> list[Path]:
    """Return the folders of the checkout's modules. Raises SandboxError if there is no folder `modules`."""
    with _as_the_program(layout):
        return module_folders(Path("modules"))


@contextmanager
def _as_the_program(layout: Layout) -> Iterator[None]:
    """Work in the checkout, to which the program's paths are relative. A ComponentError becomes a SandboxError."""
    with chdir(layout.project):
        try:
            yield
        except ComponentError as invalid:
            raise SandboxError(str(invalid)) from invalid


def build_specs(layout: Layout) -> list[BuildSpec]:
    """Return how the checkout's images are built, without those of modules that have mistakes."""
    specs: list[BuildSpec] = []
    with suppress(SandboxError), _as_the_program(layout):
        for name, settings in written_settings(stack.PROJECT, stack.STACK).modules.items():
            if settings.image.module is None:
                with suppress(ComponentError):
                    specs.append(build_spec(Path("modules", name), settings))
    return specs


def smoke_event(layout: Layout, module: str) -> bytes | None:
    """Return a module's smoke event, or None if it has none. Raises SandboxError if the event is invalid."""
    with _as_the_program(layout):
        smoke = written_smoke(stack.PROJECT, stack.STACK, module)
        return smoke.message.encode() if smoke.event is not None and smoke.message is not None else None


def untested_modules(layout: Layout) -> set[str]:
    """Return the checkout's modules without a smoke event. Raises SandboxError if settings are invalid."""
    return {name for name, settings in settings_of(layout).modules.items() if settings.smoke.message is None}


def changed_since(layout: Layout, module: str) -> list[str]:
    """Return what of a module's image differs from what was deployed last. Raises SandboxError if it can't be read."""
    modules, records = settings_of(layout).modules, served_records(stack.resources(layout))
    if module not in modules:
        return ["it is not in the checkout"]
    builder = modules[module].image.module or module
    with _as_the_program(layout):
        return differences(records.get(module), read_content(Path("modules", builder), modules[builder]).record)


def compare(layout: Layout, served: Mapping[str, Served]) -> dict[str, Compared]:
    """Compare each module of the checkout with its record. Raises SandboxError if settings are invalid."""
    modules = settings_of(layout).modules
    contents: dict[str, Content] = {}
    with chdir(layout.project):
        found = {name: _compare(name, modules, contents, served.get(name)) for name in modules}
        for name, warned in warnings(contents).items():
            found[name] = replace(found[name], warnings=warned)
    gone = {name: Compared("gone") for name in served.keys() - found.keys()}
    return dict(sorted({**found, **gone}.items()))


def _compare(
    name: str, modules: Mapping[str, ModuleSettings], contents: dict[str, Content], served: Served | None
) -> Compared:
    """Compare a module with its record. Adds the content of its image to `contents`, by the module that builds it."""
    builder = modules[name].image.module or name
    try:
        if builder not in contents:
            content = read_content(Path("modules", builder), modules[builder])
            check_fetched(content)
            contents[builder] = content
    except ComponentError as invalid:
        return Compared("invalid", str(invalid).splitlines())
    if served is None:
        return Compared("new")
    reasons = differences(served.record, contents[builder].record)
    digest = _settings_digest(served.description)
    if digest is not None and digest != _wanted_digest(modules[name], served.revisions):
        reasons.append(SETTINGS)
    return Compared("changed" if reasons else "same", reasons)


def _wanted_digest(settings: ModuleSettings, revisions: Mapping[str, str]) -> str | None:
    known = {variable: revisions.get(variable, "") for variable in settings.secrets}
    return _settings_digest(description(settings, known))


def _settings_digest(described: str) -> str | None:
    """Return the last digest in a version's description. The module's own description comes before it."""
    digests: list[str] = _SETTINGS_DIGEST.findall(described)
    return digests[-1] if digests else None
