"""What a Docker engine can limit in a container."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Limits:
    memory: bool = True
    cpu: bool = True
    cpus: int = 1
    """How many processors it has."""

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> "Limits":
        """Read them from what `docker info` says."""
        return cls(
            memory=bool(info.get("MemoryLimit")),
            cpu=bool(info.get("CpuCfsQuota") and info.get("CpuCfsPeriod")),
            cpus=info.get("NCPU") or 1,
        )

    def missing(self) -> str:
        """Return what the engine can't limit, as a phrase. Empty if it can limit everything."""
        lacking = {"memory": self.memory, "processor time": self.cpu}
        return " and ".join(name for name, can in lacking.items() if not can)
