"""A bounded cache in memory whose entries expire."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ExpiringCache(Generic[Key, Value]):
    """Keeps at most `entries` values for `seconds` each; the least recently used goes first."""

    def __init__(self, *, entries: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty; `clock` counts seconds."""
        self._entries = entries
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """The value of `key`, or `None` where it is not there or too old."""
        with self._lock:
            found = self._values.get(key)
            if found is None or self._clock() >= found[0]:
                self._values.pop(key, None)
                return None
            self._values.move_to_end(key)
            return found[1]

    def put(self, key: Key, value: Value) -> None:
        """Keep `value`, making room where there is none."""
        with self._lock:
            self._values[key] = (self._clock() + self._seconds, value)
            self._values.move_to_end(key)
            while len(self._values) > self._entries:
                self._values.popitem(last=False)
