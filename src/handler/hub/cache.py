"""The Hub cache: documents of each caller and model, and how long each kind of error is remembered."""

from collections.abc import Callable

from handler.cache import Cache
from handler.errors import HubRateLimited, RequestError
from handler.hub.documents import Documents
from handler.hub.errors import is_refusal

Key = tuple[str, str]
"""The caller's scope and the model. What is cached under one scope is never read under another."""

# Parsed JSON takes up to 25 times the bytes of its text; real documents have 60 kB at most. Larger ones are
# fetched for every request, and all cached ones together stay within a hundred MB.
_MAX_DOCUMENTS_BYTES = 128 * 1024
_TOTAL_BYTES = 4 * 1024**2

# A caller who has been given access, or has corrected a name, can try again after half a minute.
_REFUSAL_SECONDS = 30.0

_BACKOFF_SECONDS = 5.0

# The Hub counts requests in windows of five minutes, https://huggingface.co/docs/hub/rate-limits, so that no
# wait needs to be longer.
_LONGEST_BACKOFF_SECONDS = 300.0

# The Hub counts all requests of a caller, whatever model they are for.
_ANY_MODEL = ""


class HubCache(Cache[Key, Documents]):
    """Bounded in entries and bytes; holds no token."""

    def __init__(
        self, *, entries: int, fresh_seconds: float, stale_seconds: float, clock: Callable[[], float]
    ) -> None:
        """Use documents without asking for `fresh_seconds`, and as stale copies until `stale_seconds` old."""
        super().__init__(
            entries=entries,
            fresh_seconds=fresh_seconds,
            stale_seconds=stale_seconds,
            backoff_seconds=_BACKOFF_SECONDS,
            total_bytes=_TOTAL_BYTES,
            clock=clock,
        )

    def put_documents(self, key: Key, documents: Documents, *, as_of: float) -> None:
        """Store `documents`, which the Hub confirmed at `as_of`, unless they are too large."""
        if documents.size_bytes <= _MAX_DOCUMENTS_BYTES:
            self.put(key, documents, as_of=as_of, size_bytes=documents.size_bytes)
        else:
            self.remove(key)

    def backoff(self, key: Key) -> RequestError | None:
        """The error because of which the Hub must not be asked yet."""
        scope, _model_id = key
        return self.error(key) or self.error((scope, _ANY_MODEL))

    def put_hub_error(self, key: Key, error: RequestError) -> None:
        """Remember that the Hub refused or failed; what it refuses is forgotten."""
        scope, _model_id = key
        if is_refusal(error):
            self.remove(key)
            self.put_error(key, error, seconds=_REFUSAL_SECONDS)
        elif isinstance(error, HubRateLimited):
            self.put_error((scope, _ANY_MODEL), error, seconds=_rate_limit_seconds(error))
        else:
            self.put_error(key, error)


def _rate_limit_seconds(error: HubRateLimited) -> float:
    stated = error.retry_after_seconds
    return _BACKOFF_SECONDS if stated is None else min(max(1, stated), _LONGEST_BACKOFF_SECONDS)
