"""The modules that an update leaves as they are: the engine excludes their resources. See `delivery/exclude.py`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

MODULES = "EXCLUDED_MODULES"
"""The environment variable that has their names, separated by blanks."""


@dataclass(frozen=True)
class Excluded:
    modules: Collection[str]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Excluded":
        return cls(environ.get(MODULES, "").split())

    def outputs(self, before: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return their outputs as the stack has them, because the program fails to make those that have changed."""
        return {name: its for name, its in before.items() if name in self.modules}
