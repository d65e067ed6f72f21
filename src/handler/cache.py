"""A cache with fresh values, stale copies for when the source fails, and remembered failures."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from handler.errors import RequestError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Copy(Generic[Value]):
    """A cached value and its age."""

    value: Value
    age_seconds: float


class Cache(Generic[Key, Value]):
    """Bounded in entries and bytes, least recently used first out. Not thread-safe.

    A value is fresh for `fresh_seconds`, and may stand in for a failing source until it is `stale_seconds`
    old. A failure is remembered for `backoff_seconds`, so that requests do not hammer a failing source.
    """

    def __init__(  # noqa: PLR0913 - its bounds
        self,
        *,
        entries: int,
        fresh_seconds: float,
        stale_seconds: float = 0,
        backoff_seconds: float,
        total_bytes: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty; `clock` counts seconds."""
        self._fresh_seconds = fresh_seconds
        self._stale_seconds = stale_seconds
        self._backoff_seconds = backoff_seconds
        self._clock = clock
        self._values: _Entries[Key, tuple[Value, float]] = _Entries(entries, total_bytes)
        self._errors: _Entries[Key, tuple[RequestError, float]] = _Entries(entries, math.inf)

    def now(self) -> float:
        """The time on the cache's clock, for the `as_of` of a value whose source is asked at this moment."""
        return self._clock()

    def fresh(self, key: Key) -> Value | None:
        """The value of `key` where it may be used without asking its source."""
        copy = self.copy(key)
        return copy.value if copy is not None and copy.age_seconds < self._fresh_seconds else None

    def stale_copy(self, key: Key) -> Copy[Value] | None:
        """The value of `key` where it may stand in for a failing source."""
        copy = self.copy(key)
        return copy if copy is not None and copy.age_seconds <= self._stale_seconds else None

    def copy(self, key: Key) -> Copy[Value] | None:
        """The value of `key`, fresh or stale."""
        found = self._values.get(key, self._clock())
        if found is None:
            return None
        value, as_of = found
        return Copy(value, self._clock() - as_of)

    def put(self, key: Key, value: Value, *, as_of: float | None = None, size_bytes: int = 0) -> None:
        """Store `value`, which its source confirmed at `as_of`, and forget the failure of `key`."""
        self._errors.drop(key)
        confirmed = self._clock() if as_of is None else as_of
        kept_until = confirmed + max(self._fresh_seconds, self._stale_seconds)
        self._values.put(key, (value, confirmed), expires_at=kept_until, size_bytes=size_bytes)

    def remove(self, key: Key) -> None:
        """Forget the value of `key`."""
        self._values.drop(key)

    def error(self, key: Key) -> RequestError | None:
        """The failure because of which the source must not be asked yet, as an error to raise."""
        found = self._errors.get(key, self._clock())
        if found is None:
            return None
        error, put_at = found
        return error.copy(seconds_later=int(self._clock() - put_at))

    def put_error(self, key: Key, error: RequestError, *, seconds: float | None = None) -> None:
        """Remember that the source of `key` failed, for `seconds` instead of the usual backoff."""
        lasting = self._backoff_seconds if seconds is None else seconds
        # A copy, because the traceback of `error` refers to everything in scope, the caller's token included.
        entry = (error.copy(), self._clock())
        self._errors.put(key, entry, expires_at=self._clock() + lasting)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Held]):
    held: Held
    expires_at: float
    size_bytes: int


class _Entries(Generic[Key, Held]):
    """A mapping bounded in entries and bytes, whose entries expire."""

    def __init__(self, entries: int, total_bytes: float) -> None:
        self._most_entries = entries
        self._most_bytes = total_bytes
        self._by_key: OrderedDict[Key, _Entry[Held]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key, now: float) -> Held | None:
        found = self._by_key.get(key)
        if found is None or now >= found.expires_at:
            self.drop(key)
            return None
        self._by_key.move_to_end(key)
        return found.held

    def put(self, key: Key, held: Held, *, expires_at: float, size_bytes: int = 0) -> None:
        self.drop(key)
        self._by_key[key] = _Entry(held, expires_at, size_bytes)
        self._bytes += size_bytes
        while len(self._by_key) > self._most_entries or self._bytes > self._most_bytes:
            self.drop(next(iter(self._by_key)))

    def drop(self, key: Key) -> None:
        dropped = self._by_key.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.size_bytes
