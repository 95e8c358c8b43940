"""What the modules of the checkout are at one moment, and which of them differ from another moment."""

import os
import posixpath
from collections.abc import Iterable, Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.errors import ComponentError, Problems
from components.image.content import Content
from components.image.unfetched import check_fetched
from components.json_text import json_text
from components.modules import read_content
from components.settings import ModuleSettings
from delivery.changes import differences
from operations.working_tree import SETTINGS
from sandbox.deployed.working_tree import working_tree
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.watch.saves import is_an_editors


@dataclass(frozen=True, kw_only=True)
class Module:
    settings: ModuleSettings
    content: Content
    """The content of the image that it runs."""

    @property
    def built(self) -> dict[str, Any]:
        """What the image is built from, without what editors write beside files."""
        record = self.content.record
        return {**record, "files": {path: file for path, file in record["files"].items() if not is_an_editors(path)}}

    @property
    def set(self) -> str:
        """All settings, with the smoke event, as one text."""
        return json_text(self.settings.model_dump(mode="json"))


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    modules: Mapping[str, Module] = field(default_factory=dict)
    stack: Mapping[str, Any] = field(default_factory=dict)
    """The stack's own settings."""

    @classmethod
    def take(cls, layout: Layout) -> "Snapshot":
        """Read the checkout. Raises SandboxError with all mistakes for which the program would refuse it."""
        loaded, contents, problems = working_tree(layout).settings(), dict[str, Content](), Problems()
        with chdir(layout.project):
            for name, settings in loaded.modules.items():
                if settings.image.module is None:
                    with problems.collecting():
                        contents[name] = read_content(Path("modules", name), settings)
                        check_fetched(contents[name])
            try:
                problems.raise_any()
            except ComponentError as invalid:
                raise SandboxError(str(invalid)) from invalid
        modules = {
            name: Module(settings=settings, content=contents[settings.image.module or name])
            for name, settings in loaded.modules.items()
        }
        return cls(modules=modules, stack=loaded.stack.model_dump(mode="json"))

    def changed(self, before: "Snapshot", only: Iterable[str]) -> dict[str, list[str]]:
        """Return what differs from the snapshot before, by module. `only` are the modules to compare, all if empty."""
        names = {*only} or {*self.modules, *before.modules}
        found = {name: _differences(before.modules.get(name), self.modules.get(name)) for name in sorted(names)}
        return {name: differing for name, differing in found.items() if differing}

    def places(self, layout: Layout) -> tuple[set[Path], set[Path]]:
        """Return the folders and the files on which the modules depend."""
        project = layout.project
        folders = {project / "modules", *(Path(os.path.realpath(project / "modules" / name)) for name in self.modules)}
        files = {project / "Pulumi.yaml", project / f"Pulumi.{stack.STACK}.yaml"}
        for module in self.modules.values():
            context = module.content.spec.context
            for path in [*module.content.context, *module.content.dockerfile_inputs]:
                below = posixpath.normpath(posixpath.join(context, path))
                top, inside, _ = below.partition("/")
                (folders if inside else files).add(project / top)
        nested = {folder for folder in folders if any(folder.is_relative_to(other) for other in folders - {folder})}
        return {folder for folder in folders - nested if folder.is_dir()}, files


def _differences(before: Module | None, now: Module | None) -> list[str]:
    if now is None or before is None:
        return [] if now is before else ["new" if before is None else "gone"]
    return differences(before.built, now.built) + ([SETTINGS] if before.set != now.set else [])
