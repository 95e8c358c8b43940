"""Summarizes repeated measurements."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Summary":
        """Summarize the measurements. Raises ValueError if there are none."""
        if not seconds:
            raise ValueError("nothing was measured")
        return cls(statistics.median(seconds), min(seconds), max(seconds))

    def __str__(self) -> str:
        """`2.31 (2.20-2.45)`: the median, the least and the most."""
        return f"{self.median:.2f} ({self.least:.2f}-{self.most:.2f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the ratio of the medians, which is below 1 if ours is faster."""
    return Summary.of(ours).median / Summary.of(theirs).median
