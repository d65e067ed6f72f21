"""The recorded measurements: `measured.json`, and the parts of docs/benchmarks.md generated from it."""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, today

MEASURED = Path(__file__).with_name("measured.json")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def dated(figures: dict[str, Any], *, python: str) -> dict[str, Any]:
    """`figures` with the date, the machine and the version of Python that ran the measured code."""
    return {"date": today(), "machine": machine(), "python": python, **figures}


def measured(name: str) -> dict[str, Any]:
    """The recorded figures of one benchmark."""
    found: dict[str, Any] = json.loads(MEASURED.read_text())[name]
    return found


def record(name: str, figures: dict[str, Any], text: str) -> None:
    """Record `figures`, and replace the part `name` of docs/benchmarks.md with `text`."""
    recorded = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    MEASURED.write_text(json.dumps({**recorded, name: figures}, indent=1) + "\n")
    DOCUMENT.write_text(with_part(DOCUMENT.read_text(), name, text))


def with_part(document: str, name: str, text: str) -> str:
    """`document` with `text` between the two comments that mark the part `name`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"The document has no part between {begin} and {end}.")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", document)


def target_text(value: float, target: float, *, unit: str = "") -> str:
    """A target, and whether `value` meets it."""
    return f"target: at most {target:g}{unit}, {'met' if value <= target else '**missed**'}"
