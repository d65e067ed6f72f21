"""What a steady rate of requests asks of Hub, table and Lambda, where each environment remembers by itself.

Requests arrive at random (Poisson) for models of unequal popularity (Zipf). An environment works on one at a
time and remembers a model for `TTL_SECONDS` from when it was fetched.
"""

import heapq
import math
import random
from dataclasses import dataclass

TTL_SECONDS = 300
MODELS = 270
INSTANCE_TYPES = 70

# A round trip to the Hub and to the table, both of a first question at once.
HUB_SECONDS = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a rate of requests comes to."""

    requests_per_second: float
    busy: float
    """Environments that work at a time, on average."""
    environments: int
    """Environments that there are."""
    hub_misses_per_second: float
    scans_per_second: float

    @property
    def hub_calls_per_window(self) -> float:
        """Calls of the Hub's API in the five minutes over which it counts them, and as many of files."""
        return self.hub_misses_per_second * TTL_SECONDS


def popularities(count: int) -> list[float]:
    """Shares of `count` things by Zipf's law, the most popular first."""
    weights = [1 / rank for rank in range(1, count + 1)]
    total = sum(weights)
    return [weight / total for weight in weights]


def load(requests_per_second: float, warm_seconds: float) -> Load:
    """The most that comes of it: requests are spread evenly, so that every environment fetches for itself.

    There are as many environments as Lambda starts while nothing is remembered; it keeps them for minutes.
    """
    environments = enough(requests_per_second * (warm_seconds + HUB_SECONDS))
    share = requests_per_second / environments
    misses = environments * _misses(share, MODELS)
    return Load(
        requests_per_second=requests_per_second,
        busy=requests_per_second * warm_seconds + misses * HUB_SECONDS,
        environments=environments,
        hub_misses_per_second=misses,
        scans_per_second=environments * _renewals(share),
    )


def enough(busy: float) -> int:
    """Environments where `busy` work on average: the mean and three standard deviations (Poisson)."""
    return max(1, math.ceil(busy + 3 * math.sqrt(busy)))


def behind_a_shared_cache(requests_per_second: float) -> float:
    """Requests a second that get past one cache in front which keeps each answer for `TTL_SECONDS`."""
    return _misses(requests_per_second, MODELS * INSTANCE_TYPES)


def _misses(requests_per_second: float, things: int) -> float:
    return sum(_renewals(requests_per_second * share) for share in popularities(things))


def _renewals(requests_per_second: float) -> float:
    """How often what lives for `TTL_SECONDS` is fetched: it lives, then waits to be asked for again."""
    return requests_per_second / (1 + requests_per_second * TTL_SECONDS)


def simulated(requests_per_second: float, warm_seconds: float, *, seconds: float, seed: int = 1) -> Load:
    """The same load from single requests, each given to the environment that was used last of those idle."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    shares = popularities(MODELS)
    models = range(MODELS)
    idle: list[tuple[float, int]] = []
    working: list[tuple[float, int]] = []
    remembered: list[dict[int, float]] = []
    now, misses, scans, busy = 0.0, 0, 0, 0.0
    while (now := now + chance.expovariate(requests_per_second)) < seconds + TTL_SECONDS:
        while working and working[0][0] <= now:
            ended, environment = heapq.heappop(working)
            heapq.heappush(idle, (-ended, environment))
        environment = heapq.heappop(idle)[1] if idle else _started(remembered)
        model = chance.choices(models, shares)[0]
        is_counted = now >= TTL_SECONDS
        took = warm_seconds
        for thing in (model, _TABLE):
            if remembered[environment].get(thing, -math.inf) <= now - TTL_SECONDS:
                remembered[environment][thing] = now
                misses += is_counted and thing != _TABLE
                scans += is_counted and thing == _TABLE
                took = warm_seconds + HUB_SECONDS
        busy += took * is_counted
        heapq.heappush(working, (now + took, environment))
    return Load(
        requests_per_second=requests_per_second,
        busy=busy / seconds,
        environments=len(remembered),
        hub_misses_per_second=misses / seconds,
        scans_per_second=scans / seconds,
    )


_TABLE = -1


def _started(remembered: list[dict[int, float]]) -> int:
    remembered.append({})
    return len(remembered) - 1
