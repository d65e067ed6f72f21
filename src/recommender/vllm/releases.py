"""The releases of vLLM whose facts are known, and the values that hold for ranges of them.

facts.json is written by `tools/vllm_facts` from vLLM's distributions. A version between two releases has the
facts of the one before it, a version older than all those of the oldest.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recommender.vllm.version import OLDEST_OF_ANY, Version

_FILE = Path(__file__).with_name("facts.json")
_SEPARATOR = ".."
_RELEASE_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Releases from the first to the last, both included."""

    first: Version
    """(0, 8, 0), the oldest that is known, for all before it too."""
    last: Version | None
    """`None` where the newest release is among them."""

    def __contains__(self, version: Version) -> bool:
        release = _release(version)
        return self.first <= release and (self.last is None or release <= self.last)


@cache
def known_releases() -> tuple[Version, ...]:
    """The releases whose facts are known, oldest first."""
    return tuple(_version(text) for text in _facts()["releases"])


def releases_asked(version: Version | None) -> tuple[Version, ...]:
    """The version itself, or every known release since `OLDEST_OF_ANY` where none is chosen."""
    if version is not None:
        return (version,)
    return tuple(release for release in known_releases() if release >= OLDEST_OF_ANY)


def names(table: str) -> list[str]:
    """The names in a table of facts."""
    return list(_facts()[table])


def value(table: str, name: str, version: Version) -> Any:  # noqa: ANN401 - a value of JSON
    """What holds for a name under a version; `None` where nothing does."""
    return next((each for span, each in values(table, name) if version in span), None)


def values(table: str, name: str) -> Iterator[tuple[Span, Any]]:
    """The values of a name with their releases, oldest first."""
    for text, each in _facts()[table].get(name, {}).items():
        yield _span(text), each


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that follow one another as one."""
    result: list[Span] = []
    for span in spans:
        follows = bool(result) and _next_release(result[-1].last) == span.first
        result.append(Span(first=result.pop().first if follows else span.first, last=span.last))
    return tuple(result)


def spans_of(releases: Iterable[Version]) -> tuple[Span, ...]:
    """Known releases in order, as spans."""
    newest = known_releases()[-1]
    return joined(Span(first=each, last=None if each == newest else each) for each in releases)


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(_FILE.read_bytes())
    return facts


def _release(version: Version) -> Version:
    """The newest known release that is not newer than `version`; 0.19 stands for 0.19.0."""
    known = known_releases()
    padded = version + (0,) * (_RELEASE_PARTS - len(version))
    return known[max(bisect_right(known, padded) - 1, 0)]


@cache
def _span(text: str) -> Span:
    """The span of "0.8.0..0.13.0", or of "0.14.0.."."""
    first, _, last = text.partition(_SEPARATOR)
    return Span(first=_version(first), last=_version(last) if last else None)


def _next_release(release: Version | None) -> Version | None:
    known = known_releases()
    return None if release is None else known[known.index(release) + 1]


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.replace("post", "").split("."))
