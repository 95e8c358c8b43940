"""Settings as they were written, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.printable import printable

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    file: str
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    prefix: str = ""
    """What is written before the keys."""

    def depth_of(self, path: KeyPath) -> int:
        """How many steps of a path there are."""
        found: Any = self.values
        for depth, step in enumerate(path):
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return depth
        return len(path)

    def place(self, path: KeyPath) -> str:
        """`<file>:<line>: <key>`; the line is that of what is around the key, if it isn't there itself."""
        around = (path[:end] for end in range(len(path), 0, -1))
        line = next((f":{self.lines[part]}" for part in around if part in self.lines), "")
        return f"{self.file}{line}: {self.prefix}{dotted(path)}"

    def within(self, *path: str) -> "Document":
        """What is below a path; nothing if that is not a mapping."""
        below: Any = self.values
        for step in path:
            below = below.get(step) if isinstance(below, Mapping) else None
        return Document(
            file=self.file,
            values=below if isinstance(below, Mapping) else {},
            lines={at[len(path) :]: line for at, line in self.lines.items() if at[: len(path)] == path},
            prefix=f"{self.prefix}{dotted(path)}.",
        )


def dotted(path: KeyPath) -> str:
    """For messages: a key may be any text."""
    return ".".join(map(printable, path))


def place(path: KeyPath, documents: Sequence[Document]) -> str:
    """Where a path is said: in the last of the documents that know most of it; in the first if none knows any of it."""
    nearest = max(reversed(documents), key=lambda document: document.depth_of(path))
    return (nearest if nearest.depth_of(path) else documents[0]).place(path)
