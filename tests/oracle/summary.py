"""The committed table of how well the calculator meets vLLM, and how many differences each cause has."""

from collections.abc import Iterable
from pathlib import Path

from oracle.answers import versions
from oracle.comparison import KINDS, Row
from oracle.deviations import Cause

PATH = Path(__file__).with_name("summary.txt")

_LIMITS = {"equal": 0.0, "<0.01 %": 1e-4, "<0.1 %": 1e-3, "<0.5 %": 5e-3}


def summary(compared: list[Row], causes: Iterable[Cause]) -> str:
    """Figures compared and how many agree how closely; then lines of `deviations.toml` by cause."""
    header = f"{'version':<9}{'figure':<13}{'compared':>9}" + "".join(f"{name:>9}" for name in _LIMITS)
    counted = [
        _line(version, kind, [row for row in compared if (row.version, row.kind) == (version, kind)])
        for version in versions()
        for kind in KINDS
    ]
    by_cause = sorted((-len(cause.rows), cause.name) for cause in causes if cause.rows)
    return "\n".join((header, *counted, "", *(f"{-count:>6}  {name}" for count, name in by_cause), ""))


def _line(version: str, kind: str, rows: list[Row]) -> str:
    errors = [abs(row.relative) for row in rows if row.difference is None or row.relative]
    counts = (sum(error <= limit for error in errors) for limit in _LIMITS.values())
    return f"{version:<9}{kind:<13}{len(rows):>9}" + "".join(f"{count:>9}" for count in counts)
