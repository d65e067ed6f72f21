"""A model of the traffic: the environments, Hub requests and table scans that a rate of requests causes.

Requests arrive at random (Poisson) for models of unequal popularity (Zipf). An environment works on one
request at a time, and caches a model for `TTL_SECONDS` after fetching it.
"""

import heapq
import math
import random
from dataclasses import dataclass

TTL_SECONDS = 300
MODELS = 270
INSTANCE_TYPES = 70

# A round trip to the Hub or to the table; a cold request makes both at the same time.
HUB_SECONDS = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The consequences of a rate of requests."""

    requests_per_second: float
    busy: float
    """Environments working at the same time, on average."""
    environments: int
    """Environments in existence."""
    hub_misses_per_second: float
    scans_per_second: float

    @property
    def hub_calls_per_window(self) -> float:
        """Calls of the Hub's API in the five minutes of its rate limit; as many files are fetched too."""
        return self.hub_misses_per_second * TTL_SECONDS


def popularities(count: int) -> list[float]:
    """The shares of `count` items by Zipf's law, the most popular first."""
    weights = [1 / rank for rank in range(1, count + 1)]
    total = sum(weights)
    return [weight / total for weight in weights]


def estimate(requests_per_second: float, warm_seconds: float) -> Traffic:
    """An upper bound by formula: requests spread evenly, so that every environment fetches for itself.

    There are as many environments as Lambda starts with empty caches; it keeps them for minutes.
    """
    environments = environments_needed(requests_per_second * (warm_seconds + HUB_SECONDS))
    share = requests_per_second / environments
    misses = environments * _misses(share, MODELS)
    return Traffic(
        requests_per_second=requests_per_second,
        busy=requests_per_second * warm_seconds + misses * HUB_SECONDS,
        environments=environments,
        hub_misses_per_second=misses,
        scans_per_second=environments * _fetches(share),
    )


def environments_needed(busy: float) -> int:
    """Environments for `busy` at work on average: the mean plus three standard deviations (Poisson)."""
    return max(1, math.ceil(busy + 3 * math.sqrt(busy)))


def behind_a_shared_cache(requests_per_second: float) -> float:
    """Requests per second that miss one cache in front that keeps each answer for `TTL_SECONDS`."""
    return _misses(requests_per_second, MODELS * INSTANCE_TYPES)


def _misses(requests_per_second: float, items: int) -> float:
    return sum(_fetches(requests_per_second * share) for share in popularities(items))


def _fetches(requests_per_second: float) -> float:
    """Fetches per second of one item: it is cached for `TTL_SECONDS`, then waits for its next request."""
    return requests_per_second / (1 + requests_per_second * TTL_SECONDS)


def simulate(requests_per_second: float, warm_seconds: float, *, seconds: float, seed: int = 1) -> Traffic:
    """The same by simulation of single requests, each sent to the idle environment that was used last."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    shares = popularities(MODELS)
    models = range(MODELS)
    idle: list[tuple[float, int]] = []
    working: list[tuple[float, int]] = []
    cached: list[dict[int, float]] = []
    now, misses, scans, busy = 0.0, 0, 0, 0.0
    while (now := now + chance.expovariate(requests_per_second)) < seconds + TTL_SECONDS:
        while working and working[0][0] <= now:
            ended, environment = heapq.heappop(working)
            heapq.heappush(idle, (-ended, environment))
        environment = heapq.heappop(idle)[1] if idle else _started(cached)
        model = chance.choices(models, shares)[0]
        is_counted = now >= TTL_SECONDS
        duration = warm_seconds
        for item in (model, _TABLE):
            if cached[environment].get(item, -math.inf) <= now - TTL_SECONDS:
                cached[environment][item] = now
                misses += is_counted and item != _TABLE
                scans += is_counted and item == _TABLE
                duration = warm_seconds + HUB_SECONDS
        busy += duration * is_counted
        heapq.heappush(working, (now + duration, environment))
    return Traffic(
        requests_per_second=requests_per_second,
        busy=busy / seconds,
        environments=len(cached),
        hub_misses_per_second=misses / seconds,
        scans_per_second=scans / seconds,
    )


_TABLE = -1


def _started(cached: list[dict[int, float]]) -> int:
    cached.append({})
    return len(cached) - 1
