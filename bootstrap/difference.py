"""How GitHub differs from what the pipeline needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


class SetupError(Exception):
    """Something that the user can correct."""


@dataclass(frozen=True)
class Difference:
    """What is not as it should be."""

    lines: Sequence[str]
    """What differs, what it is now, and what it should be."""
    correct: Callable[[], Any]
