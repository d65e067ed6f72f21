"""Rewrites `deviations.toml` and `summary.txt` to what the comparison finds."""

from dataclasses import replace

from oracle.comparison import Row, differing
from oracle.deviations import UNEXPLAINED, Cause, read_causes, write_causes
from oracle.summary import PATH, summary


def update(compared: list[Row]) -> None:
    """Keep the cause of each row; a new one takes that of the same figure and model under another version."""
    found = differing(compared)
    causes = [cause for cause in read_causes() if cause.name != UNEXPLAINED]
    by_row = {name: cause.name for cause in causes for name in cause.rows}
    by_figure = {_figure(name): cause for name, cause in by_row.items()}
    cause_of = {name: by_row.get(name) or by_figure.get(_figure(name), UNEXPLAINED) for name in found}
    unexplained = Cause(name=UNEXPLAINED, source="", change="", rows={})
    updated = [
        replace(cause, rows={name: text for name, text in found.items() if cause_of[name] == cause.name})
        for cause in (*causes, unexplained)
    ]
    write_causes(updated)
    PATH.write_text(summary(compared, updated), encoding="utf-8")


def _figure(row: str) -> str:
    """A row's name without its version."""
    return row.split(" ", 1)[1]
