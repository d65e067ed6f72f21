"""How many cases are tried, and from where the random ones start.

`make test` tries the same few thousand each time. `make fuzz` tries `CASES` of them, started from a random
`SEED` that it prints; the same seed and number give the same cases.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

CASES = int(os.environ.get("CASES") or 0)
SEED = int(os.environ.get("SEED") or 0)

# Hypothesis remembers what it has tried, so that many cases are divided into several runs.
_CASES_OF_A_SHARE = 2500

# No real answer takes a hundredth of it: past this a case counts as one that hangs.
_HANGING_SECONDS = 10.0


@dataclass(slots=True)
class Tally:
    """What became of the cases of one run."""

    cases: int = 0
    slowest_seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


def shares(usual: int, *, of_hundred: int) -> list[tuple[int, int]]:
    """The seed and the number of cases of each run: `usual` of them, or `of_hundred` percent of `CASES`."""
    wanted = CASES * of_hundred // 100 if CASES else usual
    starts = range(0, wanted, _CASES_OF_A_SHARE)
    return [(SEED + number, min(_CASES_OF_A_SHARE, wanted - start)) for number, start in enumerate(starts)]


def try_cases(share: tuple[int, int], check: Callable[..., str], **strategies: Any) -> Tally:
    """Put the cases of a share through `check`, which gives each outcome a name."""
    start, number = share
    tally = Tally()

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
        print_blob=False,
    )
    @given(**strategies)
    def try_one(**case: Any) -> None:
        began = time.monotonic()
        tally.count(check(**case))
        seconds = time.monotonic() - began
        tally.cases += 1
        tally.slowest_seconds = max(tally.slowest_seconds, seconds)
        assert seconds < _HANGING_SECONDS

    try_one()
    return tally
