"""A module as its `module.yaml` and a stack's file declare it."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from components.errors import ComponentError, Problems
from components.files.checkout import read, reading, refuse_outside
from components.files.json_document import MAX_EVENT_BYTES, parse
from components.printable import printable
from components.settings.document import Document, place
from components.settings.merge import completed, overridden
from components.settings.module import ModuleSettings, Smoke
from components.settings.rules import broken_rules
from components.settings.stack import StackSettings
from components.settings.validation import in_plain_text, validated
from components.settings.yaml_file import read_yaml

MODULE_FILE = "module.yaml"

SMOKE_EVENT = PurePosixPath("events/smoke.json")
"""The file of the smoke event, if the settings don't have it."""

_MISNAMED = re.compile(r"\.?module\.ya?ml(\.(txt|ya?ml))?", re.IGNORECASE)
"""Names that were probably meant to be MODULE_FILE."""

_SHARED = {"alarms", "architecture", "build_args", "log_retention", "memory_size", "release", "tags", "timeout"}
"""The stack settings that modules inherit."""


@dataclass(frozen=True, kw_only=True)
class ModuleDeclaration:
    name: str
    documents: Sequence[Document]
    """The module's own document, and the part of the stack's that overrides it."""
    settings: ModuleSettings

    def place(self, *path: str | int) -> str:
        return place(path, self.documents)

    def sets(self, *path: str) -> bool:
        """Whether the module's own documents set this, as opposed to a default of the stack."""
        return any(document.depth_of(path) == len(path) for document in self.documents)


def read_declaration(folder: Path, stack_document: Document, stack: StackSettings) -> ModuleDeclaration:
    """Read a module's settings. Raises ComponentError with all mistakes in them."""
    _refuse_misnamed(folder)
    documents = _documents(folder, stack_document)
    merged = _merged_settings(folder, documents)
    shared = stack.model_dump(mode="json", by_alias=True, include=_SHARED)
    problems, settings = Problems(), ModuleSettings()
    with problems.collecting():
        settings = validated(ModuleSettings, completed(merged, shared), documents)
        problems.add(f"{place(path, documents)} {rule}" for path, rule in broken_rules(settings))
    problems.add(in_plain_text(merged, documents, folder.name))
    problems.raise_any()
    return ModuleDeclaration(name=folder.name, documents=documents, settings=settings)


def read_smoke(folder: Path, stack_document: Document) -> Smoke:
    """Read a module's smoke test, even if other settings have mistakes. Raises ComponentError."""
    documents = _documents(folder, stack_document)
    merged = _merged_settings(folder, documents).get("smoke", {})
    return validated(Smoke, merged, [document.within("smoke") for document in documents])


def _documents(folder: Path, stack_document: Document) -> tuple[Document, Document]:
    file = folder / MODULE_FILE
    own = read_yaml(file) if os.path.lexists(file) else Document(file=printable(file), values={})
    return own, stack_document.within("modules", folder.name)


def _merged_settings(folder: Path, documents: tuple[Document, Document]) -> dict[str, Any]:
    own, override = documents
    return completed(overridden(own.values, override.values), _smoke_file(folder / SMOKE_EVENT))


def is_misnamed(name: str) -> bool:
    """Whether a file was probably meant to have settings, which would be ignored without notice."""
    return name != MODULE_FILE and _MISNAMED.fullmatch(name) is not None


@reading()
def _refuse_misnamed(folder: Path) -> None:
    refuse_outside(folder)
    files = sorted(printable(entry) for entry in folder.iterdir() if is_misnamed(entry.name))
    wrong = [f"'{file}' isn't read as settings: rename it to '{MODULE_FILE}', or delete it" for file in files]
    if wrong:
        raise ComponentError("\n".join(wrong))


def _smoke_file(file: Path) -> dict[str, Any]:
    """The smoke event of a file, in the form of settings."""
    if not os.path.lexists(file):
        return {}
    written, name = read(file, MAX_EVENT_BYTES), printable(file)
    try:
        event = parse(written)
    except ValueError as invalid:
        raise ComponentError(f"{name} is not a JSON document: {printable(invalid)}; correct it") from invalid
    if event is None:
        raise ComponentError(f"{name} is null, which means no event: write one, such as {{}}, or delete the file")
    return {"smoke": {"event": event}}
