"""The committed table of how well the calculator meets vLLM, and how many differences each cause has."""

import math
from collections.abc import Iterable
from pathlib import Path

from oracle.answers import versions
from oracle.comparison import KINDS, Row
from oracle.deviations import Cause

PATH = Path(__file__).with_name("summary.txt")

_LIMITS = {"equal": 0.0, "<0.01 %": 1e-4, "<0.1 %": 1e-3, "<0.5 %": 5e-3}


def summary(compared: list[Row], causes: Iterable[Cause]) -> str:
    """Figures compared, how many agree how closely, and the mean error; then known differences by cause.

    The mean has so many digits that it shows a change of any single figure.
    """
    limits = "".join(f"{name:>9}" for name in _LIMITS)
    header = f"{'version':<9}{'figure':<13}{'compared':>9}{limits}{'mean error':>13}"
    counted = [
        _line(version, kind, [row for row in compared if (row.version, row.kind) == (version, kind)])
        for version in versions()
        for kind in KINDS
    ]
    by_cause = sorted((-len(cause.rows), cause.name) for cause in causes if cause.rows)
    return "\n".join((header, *counted, "", *(f"{-count:>6}  {name}" for count, name in by_cause), ""))


def _line(version: str, kind: str, rows: list[Row]) -> str:
    errors = [abs(row.relative) for row in rows if row.difference is None or row.relative]
    counts = "".join(f"{sum(error <= limit for error in errors):>9}" for limit in _LIMITS.values())
    mean = math.fsum(errors) / max(1, len(errors))
    return f"{version:<9}{kind:<13}{len(rows):>9}{counts}{mean:>13.7%}"
