"""Medians with their spread."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median, quartiles and 99th percentile of repeated measurements."""

    median: float
    lower_quartile: float
    upper_quartile: float
    p99: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Self:
        """The spread of at least two `samples`."""
        lower, median, upper = statistics.quantiles(samples, n=4, method="inclusive")
        ordered = sorted(samples)
        return cls(
            median=round(median, 3),
            lower_quartile=round(lower, 3),
            upper_quartile=round(upper, 3),
            p99=round(ordered[math.ceil(0.99 * len(ordered)) - 1], 3),
        )

    def as_json(self) -> dict[str, float]:
        """The fields, for `Spread(**fields)` to restore."""
        return asdict(self)

    def __str__(self) -> str:
        """The median, and the quartiles in brackets."""
        return f"{_text(self.median)} ({_text(self.lower_quartile)} to {_text(self.upper_quartile)})"


def _text(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.3g}"  # noqa: PLR2004 - three digits
