"""Settings of the benchmark, from the environment: `RUNS=1 PARTS=compare make bench`."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.errors import SandboxError

PARTS = ("compare", "breakdown", "scale", "fresh", "load", "releases", "context")
SIZES = (1, 10, 30, 100, 300)
"""The numbers of modules in a repository that are measured."""
LARGEST_FIRST = 100
"""The largest number of modules whose first deployment is measured. It grows faster than the number."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    runs: int = 5
    parts: tuple[str, ...] = PARTS
    sizes: tuple[int, ...] = SIZES
    minutes: int = 10
    """How long functions are called while they are deployed."""
    sam: bool = False
    """Whether this machine may be changed for AWS SAM's registry login, until the end of the comparison."""
    empty_docker: bool = False
    """Whether all of Docker's build cache may be deleted, also if the sandbox has not started Docker."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Settings":
        """Read RUNS, MINUTES, PARTS, SIZES (both with commas), BENCH_SAM and BENCH_EMPTY_DOCKER.

        Raises SandboxError for invalid values.
        """
        parts = tuple(_words(environ.get("PARTS", "")) or PARTS)
        if unknown := set(parts) - set(PARTS):
            raise SandboxError(f"PARTS has {', '.join(sorted(unknown))}", f"choose from {', '.join(PARTS)}")
        sizes = [_positive("SIZES", word) for word in _words(environ.get("SIZES", ""))]
        return cls(
            runs=_positive("RUNS", environ.get("RUNS") or str(cls.runs)),
            parts=parts,
            sizes=tuple(sizes) or SIZES,
            minutes=_positive("MINUTES", environ.get("MINUTES") or str(cls.minutes)),
            sam=environ.get("BENCH_SAM") == "1",
            empty_docker=environ.get("BENCH_EMPTY_DOCKER") == "1",
        )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _positive(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise SandboxError(f"{name} is '{text}'", "give a whole number of 1 or more")
    return int(text)
