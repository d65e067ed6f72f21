"""The facts of all releases in one readable document: a line for each name.

Facts of one release are tables of names and values. In the document a value holds from the first to the last
release of its range, "0.8.0..0.13.0", or to the newest, "0.14.0..", so that a release that changes nothing
adds one word.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Facts = Mapping[str, Mapping[str, Any]]
"""The tables of one release. A table that its distribution does not hold is left out."""
Document = Mapping[str, Any]

RELEASES = "releases"
_SEPARATOR = ".."


def release_order(release: str) -> list[int]:
    """The key by which releases are sorted."""
    return [int(number) for number in re.findall(r"\d+", release)]


def compress(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """The document of the releases in `facts`.

    A release without a table is passed over: a range goes on where those before and after it agree.
    """
    releases = sorted(facts, key=release_order)
    tables = sorted({table for each in facts.values() for table in each})
    return {
        RELEASES: releases,
        **{
            table: _table({name: facts[name][table] for name in releases if table in facts[name]})
            for table in tables
        },
    }


def expand(document: Document) -> dict[str, dict[str, dict[str, Any]]]:
    """The facts of each release of a document."""
    releases = document[RELEASES]
    facts: dict[str, dict[str, dict[str, Any]]] = {
        release: {table: {} for table in document if table != RELEASES} for release in releases
    }
    for table in document.keys() - {RELEASES}:
        for name, values in document[table].items():
            for span, value in values.items():
                first, _, last = span.partition(_SEPARATOR)
                end = releases.index(last) if last else len(releases) - 1
                for release in releases[releases.index(first) : end + 1]:
                    facts[release][table][name] = value
    return facts


def render(document: Document) -> str:
    """The document as JSON, with a line for each name."""
    tables = [
        f"{json.dumps(table)}: {{\n{_lines(document[table])}\n}}"
        for table in sorted(document.keys() - {RELEASES})
    ]
    return "{\n" + ",\n".join([f'"{RELEASES}": {json.dumps(document[RELEASES])}', *tables]) + "\n}\n"


def read(path: Path) -> dict[str, Any]:
    """The document in a file; an empty one where there is none yet."""
    return json.loads(path.read_text()) if path.exists() else {RELEASES: []}


def _lines(table: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"{json.dumps(name)}: {json.dumps(table[name], sort_keys=False)}" for name in sorted(table)
    )


def _table(by_release: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each name with its ranges, of the table in successive releases."""
    names = sorted({name for table in by_release.values() for name in table})
    return {name: _ranges(name, by_release) for name in names}


def _ranges(name: str, by_release: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    runs: list[tuple[str, str, Any]] = []
    is_open = False
    for release, table in by_release.items():
        if name not in table:
            is_open = False
        elif is_open and runs[-1][2] == table[name]:
            runs[-1] = (runs[-1][0], release, table[name])
        else:
            runs.append((release, release, table[name]))
            is_open = True
    *_, newest = by_release
    return {f"{first}{_SEPARATOR}{'' if last == newest else last}": value for first, last, value in runs}
