"""The releases of vLLM whose facts are known, and the values that hold for ranges of them.

facts.json is written by `tools/vllm_facts` from vLLM's distributions. A version between two releases has the
facts of the one before it, a version older than all those of the oldest. A minor release such as 0.19 has the
facts of its last patch release.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from recommender.caches import bounded_cache
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version, VersionRange

_FILE = Path(__file__).with_name("facts.json")
_SEPARATOR = ".."
_MINOR = 2
_RELEASE_PARTS = 3


class Span(NamedTuple):
    """Known releases from the first to the last, both included."""

    first: Version
    last: Version

    def includes(self, version: Version) -> bool:
        """Whether the facts of these releases are those of `version`."""
        return self.first <= _release(version) <= self.last


@cache
def known_releases() -> tuple[Version, ...]:
    """The releases whose facts are known, oldest first."""
    return tuple(_version(text) for text in _facts()["releases"])


def releases_asked(version: Version | None) -> tuple[Version, ...]:
    """The version itself, or every known release that is covered where none is chosen."""
    if version is not None:
        return (version,)
    return tuple(release for release in known_releases() if release[:_MINOR] >= OLDEST_COVERED_VERSION)


def latest_patch(version: Version) -> Version:
    """The release that a version stands for: 0.19 for the last patch release of it, 0.19.1 for itself.

    `pip install "vllm==0.19.*"` takes the last one. A minor release that is not known stays as it is.
    """
    if len(version) >= _RELEASE_PARTS:
        return version
    return max((each for each in known_releases() if each[:_MINOR] == version[:_MINOR]), default=version)


def names(table: str) -> list[str]:
    """The names in a table of facts."""
    return list(_facts()[table])


def value(table: str, name: str, version: Version) -> Any:  # noqa: ANN401 - a value of JSON
    """What holds for a name under a version; `None` where nothing does."""
    return next((each for span, each in values(table, name) if span.includes(version)), None)


def values(table: str, name: str) -> Iterator[tuple[Span, Any]]:
    """The values of a name with their releases, oldest first."""
    for text, each in _facts()[table].get(name, {}).items():
        yield _span(text), each


def version_ranges(spans: Iterable[Span]) -> tuple[VersionRange, ...]:
    """Spans in order, those that follow one another as one range, open where the known releases end.

    An end is a minor release where all of its known releases are in the range.
    """
    joined: list[Span] = []
    for span in spans:
        follows = bool(joined) and _place(joined[-1].last) + 1 == _place(span.first)
        joined.append(Span(joined.pop().first if follows else span.first, span.last))
    return tuple(VersionRange(first=_first(span.first), last=_last(span.last)) for span in joined)


def ranges_where(holds: Callable[[Version], bool]) -> tuple[VersionRange, ...]:
    """The known releases of which a condition holds."""
    return version_ranges(Span(release, release) for release in known_releases() if holds(release))


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(_FILE.read_bytes())
    return facts


@cache
def _span(text: str) -> Span:
    """The span of "0.8.0..0.13.0", or of "0.14.0.."."""
    first, _, last = text.partition(_SEPARATOR)
    return Span(_version(first), _version(last) if last else known_releases()[-1])


@bounded_cache
def _release(version: Version) -> Version:
    """The newest known release that is not newer than `version`."""
    known = known_releases()
    return known[max(bisect_right(known, latest_patch(version)) - 1, 0)]


def _first(release: Version) -> Version | None:
    place = _place(release)
    if place == 0:
        return None
    return release if known_releases()[place - 1][:_MINOR] == release[:_MINOR] else release[:_MINOR]


def _last(release: Version) -> Version | None:
    later = known_releases()[_place(release) + 1 :]
    if not later:
        return None
    return release if later[0][:_MINOR] == release[:_MINOR] else release[:_MINOR]


def _place(release: Version) -> int:
    return known_releases().index(release)


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.replace("post", "").split("."))
