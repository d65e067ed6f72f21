"""The Hub's response to one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

# The Hub's own windows last five minutes; a caller is never asked to wait longer than a day.
_LONGEST_WAIT_SECONDS = 86_400

# The Hub's entity tags have 42 characters. Longer ones are not stored.
_LONGEST_ETAG = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HubResponse:
    """Status, headers and body; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    attempts: int = 1
    """How many requests it took, redirects not counted."""

    @property
    def etag(self) -> str | None:
        """The entity tag of this version of the document, where the Hub gives one."""
        stated = self.headers.get("etag", "")
        return stated if 0 < len(stated) <= _LONGEST_ETAG else None

    @property
    def retry_after_seconds(self) -> int | None:
        """The wait that the Hub asks for: `Retry-After`, or with a 429 the `t` of its `RateLimit` header."""
        asked = _seconds(self.headers.get("retry-after", ""))
        if asked is None and self.status == HTTPStatus.TOO_MANY_REQUESTS:
            fields = self.headers.get("ratelimit", "").split(";")
            asked = next(
                (_whole(field.strip()[2:]) for field in fields if field.strip().startswith("t=")), None
            )
        return None if asked is None else min(asked, _LONGEST_WAIT_SECONDS)


def _seconds(retry_after: str) -> int | None:
    """RFC 9110, 10.2.3: a number of seconds or a date; anything else is ignored."""
    whole = _whole(retry_after.strip())
    return _until(retry_after) if whole is None else whole


def _whole(text: str) -> int | None:
    return int(text[:9]) if text.isascii() and text.isdecimal() else None


def _until(date: str) -> int | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000", in RFC 5322 a time in UTC of unknown origin
        moment = moment.replace(tzinfo=UTC)
    return max(0, round((moment - datetime.now(UTC)).total_seconds()))
