"""The service under load: `make load`.

Callers on the loopback ask the HTTP front, then the built artifact under Lambda's emulator, each with a Hub
that takes 100 ms longer over every answer. A cold service has to ask it each time, a warm one hardly ever.
Both the front and the emulator work on one request at a time, as one Lambda environment does, so that callers
queue; how Lambda adds environments is not seen here. The callers share the machine with what they measure.

Reads `SECONDS` (of each run, 60 unless set) and `CALLERS` ("1 8 64"). Fails where an error came that was not
asked for, or where memory grows; no time is ever a failure.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.load.hub import LATENCY_SECONDS
from benchmarks.load.requests import cold_questions, warm_questions
from benchmarks.load.run import ALLOWED_GROWTH_MIB, Run, load
from benchmarks.load.targets import LoadError, Target, artifact, front
from local.embedded.services import ServiceFailedError, service_process
from local.runtime.artifact import InvocationError
from local.runtime.build import build_function

_COLUMNS = "{:<9} {:<5} {:>7} {:>9} {:>9} {:>9} {:>9} {:>7}  {}"


def main() -> int:
    """Print a line for each run as it ends; 1 where one of them fails."""
    seconds = float(os.environ.get("SECONDS") or 60)
    callers = [int(number) for number in (os.environ.get("CALLERS") or "1 8 64").split()]
    try:
        return _failed(_printed(runs(callers, seconds, _targets())))
    except (LoadError, InvocationError, ServiceFailedError) as error:
        print(error, file=sys.stderr)
        return 1


Start = Callable[[str], AbstractContextManager[Target]]


def runs(callers: Sequence[int], seconds: float, targets: Sequence[Start]) -> Iterator[Run]:
    """Every target cold and then warm, with few callers and with many."""
    with service_process("benchmarks.load.hub") as hub_url:
        for start in targets:
            cold, warm = cycle(cold_questions()), cycle(warm_questions())
            with start(hub_url) as target:
                for number in callers:
                    yield load(target, cold, hub="cold", callers=number, seconds=seconds)
                _warm_up(target)
                for number in callers:
                    yield load(target, warm, hub="warm", callers=number, seconds=seconds)


def _targets() -> tuple[Start, ...]:
    return front, partial(artifact, build_function())


def _warm_up(target: Target) -> None:
    with target.connect() as ask:
        for question in sorted({question.target for question in warm_questions()}):
            ask(question)


def _printed(made: Iterator[Run]) -> Iterator[Run]:
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}")
    print(f"The Hub takes {1000 * LATENCY_SECONDS:.0f} ms; the service works on one request at a time.\n")
    heads = ("service", "hub", "callers", "requests", "per s", "p50 ms", "p99 ms", "errors")
    print(_COLUMNS.format(*heads, "resident MiB at 0, 25, 50, 75 and 100 %"))
    for run in made:
        print(_line(run), flush=True)
        for outcome, number in sorted(run.outcomes.items()):
            print(f"{'':<16}{number:>8} {outcome}")
        yield run


def _line(run: Run) -> str:
    memory = " ".join(f"{each:.1f}" for each in run.quarters_mib)
    figures = (f"{run.per_second:.1f}", f"{run.percentile(0.5):.1f}", f"{run.percentile(0.99):.1f}")
    errors = run.unprovoked.total()
    return _COLUMNS.format(run.target, run.hub, run.callers, len(run.milliseconds), *figures, errors, memory)


def _failed(made: Iterator[Run]) -> int:
    """1 where a run had an error that was not provoked or memory that grew, after all of them have ended."""
    faults = [fault for run in made for fault in faults_of(run)]
    print(
        "\n".join(("", *faults)) if faults else "\nNo error but the provoked ones, and memory did not grow."
    )
    return 1 if faults else 0


def faults_of(run: Run) -> list[str]:
    """What must not be."""
    name = f"{run.target}, {run.hub}, {run.callers} callers"
    faults = [f"{name}: {number} times {outcome}" for outcome, number in sorted(run.unprovoked.items())]
    if run.grows:
        faults.append(
            f"{name}: memory grew by {run.growth_mib:.1f} MiB after the first quarter, more than the"
            f" {ALLOWED_GROWTH_MIB:.0f} MiB that are allowed."
        )
    return faults


def machine() -> str:
    """The processor, the number of its cores, and Python."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    name = models[0].partition(": ")[2] if models else platform.machine()
    return f"{os.cpu_count()} cores of {name}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
