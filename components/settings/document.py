"""Settings as they were written, with the place of each key."""

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
    """Text that precedes the keys in messages."""

    def depth_of(self, path: KeyPath) -> int:
        """How many steps of a path the document has."""
        found: Any = self.values
        for depth, step in enumerate(path):
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return depth
        return len(path)

    def place(self, path: KeyPath) -> str:
        """`<file>:<line>: <key>`, with the line of the nearest enclosing key if the document doesn't have this one."""
        around = (path[:end] for end in range(len(path), 0, -1))
        line = next((f":{self.lines[part]}" for part in around if part in self.lines), "")
        return f"{self.file}{line}: {self.prefix}{dotted(path)}"

    def within(self, *path: str) -> "Document":
        """The part of the document below a path; empty if there is no mapping."""
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
    """A path as text for messages. A key may be any text, so it is made printable."""
    return ".".join(map(printable, path))


def place(path: KeyPath, documents: Sequence[Document]) -> str:
    """The place of a path: in the last document that has most of its steps, or in the first if none has any."""
    nearest = max(reversed(documents), key=lambda document: document.depth_of(path))
    return (nearest if nearest.depth_of(path) else documents[0]).place(path)
