"""One run of a load test: concurrent callers without pauses, and the memory of the service meanwhile."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from benchmarks.load.requests import LoadRequest
from benchmarks.load.targets import Target

_MAX_REQUESTS_PER_CALLER = 100_000
_SAMPLE_SECONDS = 0.25
_MIB = 1024**2

# How much memory may grow after the first quarter of a run. By then the caches are full, but Python's
# allocator takes and returns a few MiB at any time.
ALLOWED_GROWTH_MIB = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun:
    """The figures of one run."""

    target: str
    hub: str
    callers: int
    seconds: float
    milliseconds: Sequence[float]
    """Latency of each answer, in ascending order."""
    outcomes: Counter[str]
    unexpected: Counter[str]
    """Outcomes other than the expected ones."""
    memory_mib: Sequence[float]
    """Resident memory over time."""

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.milliseconds) / self.seconds

    @property
    def quarters_mib(self) -> tuple[float, ...]:
        """Resident memory at the start and after each quarter."""
        last = len(self.memory_mib) - 1
        return tuple(self.memory_mib[last * quarter // 4] for quarter in range(5))

    @property
    def growth_mib(self) -> float:
        """Growth of resident memory from the end of the first quarter to the end."""
        return self.quarters_mib[4] - self.quarters_mib[1]

    @property
    def grows(self) -> bool:
        """Whether memory grew by more than is allowed."""
        return self.growth_mib > ALLOWED_GROWTH_MIB

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that this share of the answers stayed below."""
        return self.milliseconds[min(len(self.milliseconds) - 1, math.floor(share * len(self.milliseconds)))]


@dataclass(slots=True)
class _CallerFigures:
    milliseconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)


def measure(
    target: Target, requests: Iterator[LoadRequest], *, hub: str, callers: int, seconds: float
) -> LoadRun:
    """The figures of `callers` that send `requests` in turn for `seconds`, each waiting for its answer."""
    memory: list[float] = []
    done, began = Event(), time.monotonic()
    watcher = Thread(target=_watch_memory, args=(target.process_id, memory, done), daemon=True)
    watcher.start()
    with ThreadPoolExecutor(max_workers=callers) as pool:
        deadline = began + seconds
        figures = list(pool.map(lambda _: _call(target, requests, deadline), range(callers)))
    elapsed = time.monotonic() - began
    done.set()
    watcher.join()
    return LoadRun(
        target=target.name,
        hub=hub,
        callers=callers,
        seconds=elapsed,
        milliseconds=sorted(each for caller in figures for each in caller.milliseconds),
        outcomes=sum((caller.outcomes for caller in figures), Counter()),
        unexpected=sum((caller.unexpected for caller in figures), Counter()),
        memory_mib=memory,
    )


def _call(target: Target, requests: Iterator[LoadRequest], deadline: float) -> _CallerFigures:
    figures = _CallerFigures()
    with target.connect() as send:
        while time.monotonic() < deadline and len(figures.milliseconds) < _MAX_REQUESTS_PER_CALLER:
            request = next(requests)
            began = time.monotonic()
            outcome = send(request.target)
            figures.milliseconds.append(1000 * (time.monotonic() - began))
            figures.outcomes[outcome] += 1
            if outcome != request.expected:
                figures.unexpected[f"{outcome} for {request.target}"] += 1
    return figures


def _watch_memory(process_id: int, memory: list[float], done: Event) -> None:
    """Sample the resident memory at the start, at intervals and at the end."""
    memory.append(_resident_mib(process_id))
    while not done.wait(_SAMPLE_SECONDS):
        memory.append(_resident_mib(process_id))
    memory.append(_resident_mib(process_id))


def _resident_mib(process_id: int) -> float:
    """`VmRSS` of proc(5)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return kib * 1024 / _MIB
