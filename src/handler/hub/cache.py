"""What is remembered of the Hub: documents, refusals, and that it is in trouble."""

from collections.abc import Callable
from dataclasses import dataclass

from handler.cache import ExpiringCache
from handler.errors import HubRateLimited, RequestError
from handler.hub.documents import Documents
from handler.hub.errors import is_definite

Key = tuple[str, str]
"""The caller's scope and the model; what is remembered under one scope is never read under another."""

# JSON grows to 25 times its size once parsed; real documents have 60 kB at most. Larger ones are asked for
# anew, and all together stay within a hundred MB.
_LARGEST_REMEMBERED_BYTES = 128 * 1024
_TOTAL_BYTES = 4 * 1024**2

# A person who has just been given access, or has mended a name, tries again after half a minute.
_REFUSED_SECONDS = 30.0

# Long enough that callers in a row do not all knock at a Hub that is down.
_FAILED_SECONDS = 5.0

# The window in which the Hub counts, https://huggingface.co/docs/hub/rate-limits; no wait needs to be longer.
_LONGEST_REST_SECONDS = 300.0

# The Hub counts a caller's requests, whatever model they are for.
_ANY_MODEL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    error: RequestError
    noted_at: float


class HubMemory:
    """Bounded in entries and in bytes; holds no token."""

    def __init__(
        self, *, entries: int, fresh_seconds: float, stale_seconds: float, clock: Callable[[], float]
    ) -> None:
        """Documents are `fresh` for some time, and kept until they are `stale_seconds` old."""
        self._fresh_seconds = fresh_seconds
        self._stale_seconds = stale_seconds
        self._clock = clock
        self._documents: ExpiringCache[Key, Documents] = ExpiringCache(
            entries=entries,
            seconds=max(fresh_seconds, stale_seconds),
            total_bytes=_TOTAL_BYTES,
            clock=clock,
        )
        self._problems: ExpiringCache[Key, _Problem] = ExpiringCache(
            entries=entries, seconds=_FAILED_SECONDS, clock=clock
        )

    def age_seconds(self, documents: Documents) -> float:
        """How long ago the Hub vouched for them."""
        return self._clock() - documents.asked_at

    def is_fresh(self, documents: Documents) -> bool:
        """Whether they may be used without asking."""
        return self.age_seconds(documents) < self._fresh_seconds

    def documents(self, key: Key) -> Documents | None:
        """The last that were kept, fresh or not."""
        return self._documents.get(key)

    def stand_in(self, key: Key) -> Documents | None:
        """Those that may be shown where the Hub fails."""
        documents = self._documents.get(key)
        return documents if documents and self.age_seconds(documents) <= self._stale_seconds else None

    def problem(self, key: Key) -> RequestError | None:
        """Why the Hub is not to be asked at the moment, as an error to be raised anew."""
        scope, _model = key
        problem = self._problems.get(key) or self._problems.get((scope, _ANY_MODEL))
        return None if problem is None else problem.error.later(int(self._clock() - problem.noted_at))

    def keep(self, key: Key, documents: Documents) -> None:
        """Remember `documents`, unless they are too large."""
        self._problems.remove(key)
        if documents.size_bytes > _LARGEST_REMEMBERED_BYTES:
            self._documents.remove(key)
        else:
            self._documents.put(key, documents, size_bytes=documents.size_bytes)

    def note(self, key: Key, error: RequestError) -> None:
        """Remember that the Hub refused or failed; what it refuses is forgotten."""
        scope, _model = key
        # A copy: the traceback of the other holds on to all that was at hand, the caller's token too.
        problem = _Problem(error=error.later(0), noted_at=self._clock())
        if is_definite(error):
            self._documents.remove(key)
            self._problems.put(key, problem, seconds=_REFUSED_SECONDS)
        elif isinstance(error, HubRateLimited):
            self._problems.put((scope, _ANY_MODEL), problem, seconds=_rest_seconds(error))
        else:
            self._problems.put(key, problem)


def _rest_seconds(error: HubRateLimited) -> float:
    asked = error.retry_after_seconds
    return _FAILED_SECONDS if asked is None else min(max(1, asked), _LONGEST_REST_SECONDS)
