"""The known differences in `deviations.toml`, grouped by cause."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("deviations.toml")

UNEXPLAINED = "Unexplained"

_HEADER = """\
# Where the calculator and vLLM differ, by cause. A line of `rows` is: version, figure, model, and what the
# calculator has instead at each tensor-parallel degree. `UPDATE_ORACLE=1 pytest tests/oracle` rewrites the
# rows and puts new ones under "Unexplained", which the tests do not accept: name their cause.
#
# `source` is where vLLM shows it, `change` what removes it: a rule of the calculator, a fact of the snapshot,
# or nothing where the oracle cannot know better.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason for differences."""

    name: str
    source: str
    """Where in vLLM it is seen."""
    change: str
    """What would remove it."""
    rows: Mapping[str, str]
    """What differs, by version, figure and model."""


def read_causes() -> tuple[Cause, ...]:
    """All causes, as they stand in the file."""
    document = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return tuple(
        Cause(
            name=each["name"],
            source=each["source"],
            change=each["change"],
            rows=dict(line.split(": ", 1) for line in each["rows"].splitlines() if line),
        )
        for each in document["cause"]
    )


def listed(causes: Iterable[Cause]) -> dict[str, str]:
    """The rows of all causes."""
    return {name: text for cause in causes for name, text in cause.rows.items()}


def write_causes(causes: Iterable[Cause]) -> None:
    """Write the file; causes without rows are left out."""
    blocks = (_block(cause) for cause in causes if cause.rows)
    PATH.write_text("\n".join((_HEADER, *blocks)), encoding="utf-8")


def _block(cause: Cause) -> str:
    rows = "".join(f"{name}: {text}\n" for name, text in sorted(cause.rows.items(), key=_order))
    return (
        f'[[cause]]\nname = "{cause.name}"\nsource = "{cause.source}"\nchange = "{cause.change}"\n'
        f"rows = '''\n{rows}'''\n"
    )


def _order(row: tuple[str, str]) -> tuple[str, str, str]:
    version, figure, model = row[0].split(" ", 2)
    return model.lower(), figure, version
