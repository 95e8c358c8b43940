"""The modules that an update leaves as they are: the engine excludes their resources. See `delivery/exclude.py`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import invoke_async

MODULES = "EXCLUDED_MODULES"
"""The environment variable that has their names, separated by blanks."""


@dataclass(frozen=True)
class Excluded:
    modules: Collection[str]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Excluded":
        return cls(environ.get(MODULES, "").split())

    async def outputs(self) -> Mapping[str, Any]:
        """Return their outputs as the stack has them, because the program fails to make those that have changed.

        https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
        """
        if not self.modules:
            return {}
        stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
        answer = await invoke_async("pulumi:pulumi:readStackOutputs", {"name": stack})
        return {name: its for name, its in answer["outputs"].items() if name in self.modules}
