"""Limits an update to the repositories of new modules, so that their first images can be pushed before the rest exists.

`delivery.repositories` runs such an update.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

VARIABLE = "ONLY_REPOSITORIES"
"""The environment variable that names a file with the fields below, as JSON."""


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, kw_only=True)
class OnlyRepositories:
    modules: Sequence[str]
    """The new modules."""
    outputs: Mapping[str, Any]
    """The stack's outputs, which stay as they are: an update replaces them, even if it is limited."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "OnlyRepositories | None":
        """None if the update isn't limited."""
        file = environ.get(VARIABLE)
        return cls(**json.loads(Path(file).read_text())) if file else None

    def chosen(self, modules: Sequence[T]) -> list[T]:
        return [module for module in modules if module.name in self.modules]
