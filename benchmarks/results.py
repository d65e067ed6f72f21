"""Where measurements are kept: `measured.json`, and the parts of docs/benchmarks.md that are made from it."""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, today

MEASURED = Path(__file__).with_name("measured.json")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def dated(figures: dict[str, Any]) -> dict[str, Any]:
    """`figures` with the date and the machine."""
    return {"date": today(), "machine": machine(), **figures}


def measured(name: str) -> dict[str, Any]:
    """The figures kept of a benchmark."""
    found: dict[str, Any] = json.loads(MEASURED.read_text())[name]
    return found


def publish(name: str, figures: dict[str, Any], text: str) -> None:
    """Keep `figures`, and put `text` into the document's part `name`."""
    kept = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    MEASURED.write_text(json.dumps({**kept, name: figures}, indent=1) + "\n")
    DOCUMENT.write_text(with_part(DOCUMENT.read_text(), name, text))


def with_part(document: str, name: str, text: str) -> str:
    """`document` with `text` between the two comments that mark the part `name`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"The document has no part between {begin} and {end}.")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", document)
