"""A module as its `module.yaml` and a stack's file declare it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from components.context import reading
from components.errors import ComponentError
from components.settings.document import Document, place
from components.settings.merge import completed, overridden
from components.settings.mistakes import validated
from components.settings.module import ModuleSettings
from components.settings.rules import broken_rules
from components.settings.stack import StackSettings
from components.settings.yaml_file import read_yaml

MODULE_FILE = "module.yaml"

SMOKE_EVENT = PurePosixPath("events/smoke.json")
"""What a new version is asked, if its settings don't say."""

_SHARED = {"alarms", "architecture", "build_args", "log_retention", "memory_size", "tags", "timeout"}
"""What a stack says of all modules that don't say otherwise."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    name: str
    documents: Sequence[Document]
    """Its own and the stack's, which overrides that."""
    settings: ModuleSettings

    def place(self, *path: str) -> str:
        return place(path, self.documents)

    def says(self, *path: str) -> bool:
        """Whether it is said of this very module."""
        return any(document.said_of(path) == len(path) for document in self.documents)


def read_declared(folder: Path, stack_document: Document, stack: StackSettings) -> Declared:
    """Raises ComponentError for everything that is wrong with it."""
    file = folder / MODULE_FILE
    own = read_yaml(file) if file.exists() or file.is_symlink() else Document(file=str(file), values={})
    documents = own, stack_document.within("modules", folder.name)
    said = completed(overridden(*(document.values for document in documents)), _smoke_file(folder / SMOKE_EVENT))
    shared = stack.model_dump(mode="json", by_alias=True, include=_SHARED)
    settings = validated(ModuleSettings, completed(said, shared), documents, folder.name)
    broken = [f"{place(path, documents)} {rule}" for path, rule in broken_rules(settings)]
    if broken:
        raise ComponentError("\n".join(broken))
    return Declared(name=folder.name, documents=documents, settings=settings)


def _smoke_file(file: Path) -> dict[str, Any]:
    """As if the settings said it."""
    if not file.exists():
        return {}
    try:
        with reading():
            return {"smoke": {"event": json.loads(file.read_bytes(), parse_constant=_refuse)}}
    except (ValueError, RecursionError) as invalid:
        raise ComponentError(f"{file} is no JSON document: {invalid}; mend or delete it") from invalid


def _refuse(constant: str) -> None:
    """Python's parser takes these, no other does."""
    raise ValueError(f"there is no {constant} in JSON")
