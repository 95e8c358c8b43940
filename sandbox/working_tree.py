"""The checkout: its settings, and whether it is what runs, by the stack's records of what `live` serves."""

from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from components.errors import ComponentError
from components.modules import read_content, written_settings, written_smoke
from components.settings import ModuleSettings
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


@contextmanager
def _as_the_program(layout: Layout) -> Iterator[None]:
    """In the checkout, as the program's paths are relative to it. A ComponentError inside becomes a SandboxError."""
    with chdir(layout.project):
        try:
            yield
        except ComponentError as invalid:
            raise SandboxError(str(invalid)) from invalid


def smoke_event(layout: Layout, module: str) -> bytes | None:
    """What the program sends a module's new versions; None if nothing. Raises SandboxError if settings are invalid."""
    with _as_the_program(layout):
        smoke = written_smoke(stack.PROJECT, stack.STACK, module)
        return smoke.message.encode() if smoke.event is not None and smoke.message is not None else None


def compare(layout: Layout, served: Mapping[str, Record]) -> dict[str, Compared]:
    """By module, of the checkout and of the records. Raises SandboxError if settings are invalid."""
    with _as_the_program(layout):
        modules = written_settings(stack.PROJECT, stack.STACK).modules
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
