"""The number of a vLLM release."""

import re

Version = tuple[int, ...]

# The oldest release that a recommendation holds for where none is chosen.
OLDEST_OF_ANY: Version = (0, 17)


def parse_version(text: str) -> Version | None:
    """`0.19` and `v0.19.1` as (0, 19) and (0, 19, 1); `None` where `text` names no version."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", text.strip())
    return tuple(int(part) for part in found.groups() if part is not None) if found else None


def version_text(version: Version) -> str:
    """`0.19` for (0, 19)."""
    return ".".join(map(str, version))
