"""A cache in memory, bounded by entries and by bytes, whose entries expire."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Value]):
    value: Value
    expires_at: float
    size_bytes: int


class ExpiringCache(Generic[Key, Value]):
    """Keeps at most `entries` values of `total_bytes` for `seconds`; the least recently used goes first."""

    def __init__(
        self,
        *,
        entries: int,
        seconds: float,
        total_bytes: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty; `clock` counts seconds."""
        self._entries = entries
        self._seconds = seconds
        self._total_bytes = total_bytes
        self._clock = clock
        self._values: OrderedDict[Key, _Entry[Value]] = OrderedDict()
        self._held_bytes = 0
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """The value of `key`, or `None` where it is not there or too old."""
        with self._lock:
            found = self._values.get(key)
            if found is None or self._clock() >= found.expires_at:
                self._drop(key)
                return None
            self._values.move_to_end(key)
            return found.value

    def put(self, key: Key, value: Value, *, seconds: float | None = None, size_bytes: int = 0) -> None:
        """Keep `value`, for `seconds` where they are not the usual ones, making room where there is none."""
        lasting = self._seconds if seconds is None else seconds
        with self._lock:
            self._drop(key)
            self._values[key] = _Entry(value, self._clock() + lasting, size_bytes)
            self._held_bytes += size_bytes
            while len(self._values) > self._entries or self._held_bytes > self._total_bytes:
                self._drop(next(iter(self._values)))

    def remove(self, key: Key) -> None:
        """Forget the value of `key`, if there is one."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        dropped = self._values.pop(key, None)
        if dropped is not None:
            self._held_bytes -= dropped.size_bytes
