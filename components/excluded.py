"""The modules that an update leaves as they are: the engine excludes their resources. See `delivery/exclude.py`."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODULES = "EXCLUDED_MODULES"
"""The environment variable that has their names, separated by blanks."""
OUTPUTS = "EXCLUDED_OUTPUTS"
"""The environment variable that names a file with the stack's outputs, as JSON. It is optional."""


@dataclass(frozen=True)
class Excluded:
    modules: Collection[str]
    outputs: Mapping[str, Any]
    """Their outputs, which stay as they are, too: otherwise those whose settings have changed would be missing."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Excluded":
        modules, file = environ.get(MODULES, "").split(), environ.get(OUTPUTS)
        outputs = json.loads(Path(file).read_text()) if file else {}
        return cls(modules, {name: its for name, its in outputs.items() if name in modules})
