"""Versions of vLLM, and ranges of them."""

import re
from dataclasses import dataclass

Version = tuple[int, ...]

OLDEST_COVERED_VERSION: Version = (0, 17)
"""An answer for which no version is chosen holds for this release and every later one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRange:
    """The releases from `first` to `last`, both included; `None` where an end is open."""

    first: Version | None = None
    last: Version | None = None
    """A minor release stands for all of its patch releases."""

    def includes(self, version: Version | None) -> bool:
        """Whether `version` is in the range; without one, whether any covered version is."""
        if self.last is not None and (version or OLDEST_COVERED_VERSION)[: len(self.last)] > self.last:
            return False
        return self.first is None or version is None or version >= self.first

    def includes_all(self, version: Version | None) -> bool:
        """Whether `version` is in the range; without one, whether every covered version is."""
        if version is not None:
            return self.includes(version)
        return self.last is None and (self.first is None or self.first <= OLDEST_COVERED_VERSION)


EVERY_VERSION = VersionRange()


def parse_version(text: str) -> Version | None:
    """`0.19` and `v0.19.1` as (0, 19) and (0, 19, 1); `None` where `text` does not start with a version."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", text.strip())
    return tuple(int(part) for part in found.groups() if part is not None) if found else None


def version_text(version: Version) -> str:
    """`0.19` for (0, 19)."""
    return ".".join(map(str, version))
