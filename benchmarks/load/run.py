"""One run of a load test: callers who ask again as soon as they are answered, and the memory meanwhile."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from benchmarks.load.requests import Question
from benchmarks.load.targets import Target

# Of one caller.
_MOST_REQUESTS = 100_000
_SAMPLE_SECONDS = 0.25
_MIB = 1024**2

# Memory grows where a run's last quarter stands this far above its first: caches are full by then, and
# Python's allocator gives or takes a few MiB at any time.
ALLOWED_GROWTH_MIB = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of it."""

    target: str
    hub: str
    callers: int
    seconds: float
    milliseconds: Sequence[float]
    """Of each answer, in rising order."""
    outcomes: Counter[str]
    unprovoked: Counter[str]
    """Outcomes that were not the right ones."""
    memory_mib: Sequence[float]
    """Resident, over time."""

    @property
    def per_second(self) -> float:
        """Requests."""
        return len(self.milliseconds) / self.seconds

    @property
    def quarters_mib(self) -> tuple[float, ...]:
        """Resident memory at the start and after each quarter."""
        last = len(self.memory_mib) - 1
        return tuple(self.memory_mib[last * quarter // 4] for quarter in range(5))

    @property
    def growth_mib(self) -> float:
        """From the end of the first quarter to the end."""
        return self.quarters_mib[4] - self.quarters_mib[1]

    @property
    def grows(self) -> bool:
        """Whether that is more than allowed."""
        return self.growth_mib > ALLOWED_GROWTH_MIB

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return self.milliseconds[min(len(self.milliseconds) - 1, math.floor(share * len(self.milliseconds)))]


@dataclass(slots=True)
class _Notes:
    """What one caller has seen."""

    milliseconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    unprovoked: Counter[str] = field(default_factory=Counter)


def load(target: Target, questions: Iterator[Question], *, hub: str, callers: int, seconds: float) -> Run:
    """`callers` at once for `seconds`, who take the questions in turn."""
    memory: list[float] = []
    done, began = Event(), time.monotonic()
    watcher = Thread(target=_watch, args=(target.process_id, memory, done), daemon=True)
    watcher.start()
    with ThreadPoolExecutor(max_workers=callers) as pool:
        deadline = began + seconds
        notes = list(pool.map(lambda _: _call(target, questions, deadline), range(callers)))
    took = time.monotonic() - began
    done.set()
    watcher.join()
    return Run(
        target=target.name,
        hub=hub,
        callers=callers,
        seconds=took,
        milliseconds=sorted(each for note in notes for each in note.milliseconds),
        outcomes=sum((note.outcomes for note in notes), Counter()),
        unprovoked=sum((note.unprovoked for note in notes), Counter()),
        memory_mib=memory,
    )


def _call(target: Target, questions: Iterator[Question], deadline: float) -> _Notes:
    notes = _Notes()
    with target.connect() as ask:
        while time.monotonic() < deadline and len(notes.milliseconds) < _MOST_REQUESTS:
            question = next(questions)
            began = time.monotonic()
            outcome = ask(question.target)
            notes.milliseconds.append(1000 * (time.monotonic() - began))
            notes.outcomes[outcome] += 1
            if outcome != question.outcome:
                notes.unprovoked[f"{outcome} for {question.target}"] += 1
    return notes


def _watch(process_id: int, memory: list[float], done: Event) -> None:
    """Note the resident memory now and then, at the start and at the end in any case."""
    memory.append(_resident_mib(process_id))
    while not done.wait(_SAMPLE_SECONDS):
        memory.append(_resident_mib(process_id))
    memory.append(_resident_mib(process_id))


def _resident_mib(process_id: int) -> float:
    """`VmRSS` of proc(5)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return (
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) * 1024 / _MIB
    )
