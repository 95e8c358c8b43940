"""The checkout: its settings, and whether it is what runs, by the stack's records of what `live` serves."""

from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from components.errors import ComponentError
from components.modules import read_content, written_settings
from components.settings import ModuleSettings
from components.settings.load import LoadedSettings
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


def settings_of(layout: Layout) -> LoadedSettings:
    """What the program would read of the checkout now. Raises SandboxError if settings are invalid."""
    with chdir(layout.project):  # as the program, which has paths relative to itself
        try:
            return written_settings(stack.PROJECT, stack.STACK)
        except ComponentError as invalid:
            raise SandboxError(str(invalid)) from invalid


def smoke_event(layout: Layout, module: str) -> bytes:
    """What a new version of a deployed module is sent. Raises SandboxError if that is nothing."""
    modules = settings_of(layout).modules
    event = modules[module].smoke.message if module in modules else None
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        raise SandboxError(what, f"send one of your own: make invoke MODULE={module} EVENT=file.json")
    return event.encode()


def compare(layout: Layout, served: Mapping[str, Record]) -> dict[str, Compared]:
    """By module, of the checkout and of the records. Raises SandboxError if settings are invalid."""
    modules = settings_of(layout).modules
    with chdir(layout.project):
        found = {name: _compare(name, modules, served.get(name)) for name in modules}
    gone = {name: Compared("gone") for name in served.keys() - found.keys()}
    return dict(sorted({**found, **gone}.items()))


def _compare(name: str, modules: Mapping[str, ModuleSettings], served: Record | None) -> Compared:
    builder = modules[name].image.module or name
    try:
        now = read_content(Path("modules", builder), modules[builder]).record
    except ComponentError as invalid:
        return Compared("invalid", str(invalid).splitlines())
    if served is None:
        return Compared("new")
    because = differences(served, now)
    return Compared("changed" if because else "same", because)
