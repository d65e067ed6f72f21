"""Load test of the local server and of the built artifact: `make load`.

Callers on the loopback send requests first to the local server, then to the artifact under Lambda's emulator.
Each has a Hub whose answers take 100 ms longer. A cold service needs the Hub for each request, a warm one
hardly ever. Server and emulator work on one request at a time, as one Lambda environment does, so callers
queue; how Lambda adds environments does not show. The callers run on the same machine as the service.

Reads `SECONDS` (per run, default 60) and `CALLERS` (default "1 8 64"). Fails on unexpected errors and on
growing memory, never on a time.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import cycle

from benchmarks.load.distant_hub import LATENCY_SECONDS
from benchmarks.load.measure import ALLOWED_GROWTH_MIB, LoadRun, measure
from benchmarks.load.requests import cold_requests, warm_requests
from benchmarks.load.targets import LoadError, Target, artifact, local_server
from benchmarks.machine import machine, today
from local.embedded.services import ServiceFailedError, service_process
from local.runtime.artifact import InvocationError
from local.runtime.build import build_function

_COLUMNS = "{:<9} {:<5} {:>7} {:>9} {:>9} {:>9} {:>9} {:>7}  {}"

Start = Callable[[str], AbstractContextManager[Target]]


def main() -> int:
    """Print a line as each run ends; 1 where one of them fails."""
    seconds = float(os.environ.get("SECONDS") or 60)
    callers = [int(number) for number in (os.environ.get("CALLERS") or "1 8 64").split()]
    try:
        return _status(_printed(runs(callers, seconds, _targets())))
    except (LoadError, InvocationError, ServiceFailedError) as error:
        print(error, file=sys.stderr)
        return 1


def runs(callers: Sequence[int], seconds: float, targets: Sequence[Start]) -> Iterator[LoadRun]:
    """A run for each target, cold and then warm, and each number of callers."""
    with service_process("benchmarks.load.distant_hub") as hub_url:
        for start in targets:
            cold, warm = cycle(cold_requests()), cycle(warm_requests())
            with start(hub_url) as target:
                for number in callers:
                    yield measure(target, cold, hub="cold", callers=number, seconds=seconds)
                _warm_up(target)
                for number in callers:
                    yield measure(target, warm, hub="warm", callers=number, seconds=seconds)


def _targets() -> tuple[Start, ...]:
    return local_server, partial(artifact, build_function())


def _warm_up(target: Target) -> None:
    with target.connect() as send:
        for path in sorted({request.target for request in warm_requests()}):
            send(path)


def _printed(results: Iterator[LoadRun]) -> Iterator[LoadRun]:
    print(f"{today()}, {machine()}, callers on Python {platform.python_version()}")
    print(f"The Hub takes {1000 * LATENCY_SECONDS:.0f} ms; the service works on one request at a time.\n")
    heads = ("service", "hub", "callers", "requests", "per s", "p50 ms", "p99 ms", "errors")
    print(_COLUMNS.format(*heads, "resident MiB at 0, 25, 50, 75 and 100 %"))
    for run in results:
        print(_line(run), flush=True)
        for outcome, number in sorted(run.outcomes.items()):
            print(f"{'':<16}{number:>8} {outcome}")
        yield run


def _line(run: LoadRun) -> str:
    memory = " ".join(f"{each:.1f}" for each in run.quarters_mib)
    figures = (f"{run.per_second:.1f}", f"{run.percentile(0.5):.1f}", f"{run.percentile(0.99):.1f}")
    errors = run.unexpected.total()
    return _COLUMNS.format(run.target, run.hub, run.callers, len(run.milliseconds), *figures, errors, memory)


def _status(results: Iterator[LoadRun]) -> int:
    """1 where a run failed, after all of them have ended."""
    failures = [failure for run in results for failure in failures_of(run)]
    print("\n".join(("", *(failures or ["No unexpected error, and memory did not grow."]))))
    return 1 if failures else 0


def failures_of(run: LoadRun) -> list[str]:
    """A sentence for each reason why the run counts as failed."""
    name = f"{run.target}, {run.hub}, {run.callers} callers"
    failures = [f"{name}: {number} x {outcome}" for outcome, number in sorted(run.unexpected.items())]
    if run.grows:
        failures.append(
            f"{name}: memory grew by {run.growth_mib:.1f} MiB after the first quarter;"
            f" {ALLOWED_GROWTH_MIB:.0f} MiB are allowed."
        )
    return failures


if __name__ == "__main__":
    sys.exit(main())
