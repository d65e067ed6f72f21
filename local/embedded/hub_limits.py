"""The Hub's rate limits: so many requests per caller, bucket and fixed window of five minutes.

Limits of the anonymous and the free plan: https://huggingface.co/docs/hub/rate-limits
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

WINDOW_SECONDS = 300
ANONYMOUS_LIMITS: Mapping[str, int] = {"api": 500, "resolvers": 3000, "pages": 100}
SIGNED_IN_LIMITS: Mapping[str, int] = {"api": 1000, "resolvers": 5000, "pages": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a caller has used of one bucket in the present window."""

    bucket: str
    limit: int
    used: int
    reset_seconds: int

    @property
    def exceeded(self) -> bool:
        """Whether this request was one too many."""
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """The two headers that every answer of the Hub carries."""
        left = max(self.limit - self.used, 0)
        return {
            "RateLimit": f'"{self.bucket}";r={left};t={self.reset_seconds}',
            "RateLimit-Policy": f'"fixed window";"{self.bucket}";q={self.limit};w={WINDOW_SECONDS}',
        }


@dataclass(slots=True)
class RateLimits:
    """Counts requests per bucket and account: a valid token, or None for everyone without one."""

    clock: Callable[[], float] = time.monotonic
    _window: int = 0
    _used: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, bucket: str, account: str | None) -> Quota:
        """Count one request and say what it leaves."""
        limits = SIGNED_IN_LIMITS if account else ANONYMOUS_LIMITS
        with self._lock:
            window, elapsed_seconds = divmod(self.clock(), WINDOW_SECONDS)
            self._enter(int(window))
            self._used[bucket, account] += 1
            used = self._used[bucket, account]
        return Quota(
            bucket=bucket,
            limit=limits[bucket],
            used=used,
            reset_seconds=math.ceil(WINDOW_SECONDS - elapsed_seconds),
        )

    def _enter(self, window: int) -> None:
        if window != self._window:
            self._window = window
            self._used.clear()
