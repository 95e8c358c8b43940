"""Modules that are deployed to a stack."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.served import ALIAS
from operations.errors import OperationError

if TYPE_CHECKING:
    from delivery.live import Function
    from operations.target import Target


@dataclass(frozen=True)
class Deployed:
    module: str
    function: str
    """The name of its function. The function may not exist yet, because its log group is created first."""
    log_group: str
    version: str | None = None
    """The version that the stack pointed `live` at. None if no version has passed yet, or the state is not known."""
    alias: str = ""
    """The URN of `live`. Empty if the state is not known."""

    @classmethod
    def of(cls, function: "Function") -> "Deployed":
        from components.naming import log_group_name  # here, because it takes 0.3 s to load

        return cls(function.module, function.name, log_group_name(function.name))


def of_module(modules: Mapping[str, Deployed], name: str, target: "Target") -> Deployed:
    """Return the module with this name. Raises OperationError with the closest name and all names."""
    if name not in modules:
        nearest = [f"did you mean `{known}`? " for known in difflib.get_close_matches(name, modules, n=1)]
        known = ", ".join(sorted(modules)) or "none"
        remedy = f"{''.join(nearest)}the deployed modules are: {known}; {target.ship} deploys new ones"
        raise OperationError(f"no module `{name}` is deployed", remedy)
    return modules[name]


def check_served(module: Deployed, live: str | None, target: "Target") -> None:
    """Raise OperationError if the alias doesn't exist. `live` is the version that it points at."""
    if live is not None:
        return
    logs = target.command("logs", module.module)
    if not target.has_state:
        raise OperationError(
            f"{module.function} has no alias `{ALIAS}`: either no version of `{module.module}` has passed its checks "
            f"yet, or someone deleted the alias",
            f"`{logs}` may say why: fix the module, and run {target.ship}",
        )
    if module.version is None:
        raise OperationError(
            f"no version of `{module.module}` has passed yet, so {module.function} has no alias `{ALIAS}`",
            f"`{logs}` may say why: fix the module and run {target.ship}",
        )
    raise OperationError(
        f"the alias `{ALIAS}` of {module.function} is gone: something other than Pulumi deleted it",
        f"run `{target.refresh}`, then {target.ship}",
    )
