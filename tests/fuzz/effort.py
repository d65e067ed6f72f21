"""How many cases are tried, and with which random seed.

`make test` tries the same few thousand each time. `make fuzz` tries `CASES` of them, started from a random
`SEED` that it prints; the same seed and number give the same cases.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

CASES = int(os.environ.get("CASES") or 0)
SEED = int(os.environ.get("SEED") or 0)

# Hypothesis keeps all cases of a run in memory, so that many cases are divided into several runs.
_CASES_OF_A_SHARE = 2500

# Processor time. No real answer takes a hundredth of it: a case that takes longer counts as hanging.
_HANGING_SECONDS = 10.0


class CaseHangsError(Exception):
    """A case that might never have ended."""


@dataclass(slots=True)
class Tally:
    """The outcomes of the cases of one run."""

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
        began = time.perf_counter()
        try:
            with _ended_after(_HANGING_SECONDS):
                tally.count(check(**case))
        except Exception as error:
            # Hypothesis shows it, too, unless schemathesis is loaded, which makes it print nothing.
            error.add_note(f"The case: {case!r}")
            raise
        tally.cases += 1
        tally.slowest_seconds = max(tally.slowest_seconds, time.perf_counter() - began)

    try_one()
    return tally


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Stop what takes longer in processor time, which does not depend on other processes."""

    def end(*_: object) -> None:
        raise CaseHangsError(f"more than {seconds} seconds of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
