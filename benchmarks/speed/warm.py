"""Measures answers with cached metadata: `make bench-warm [CALLS=1000]`.

Runs the built artifact and an empty Powertools function under Lambda's emulator, invoked alternately.
"""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.results import dated, target_text
from benchmarks.speed import variants
from benchmarks.speed.command import Figures, header, option_parser, report
from benchmarks.speed.spread import Spread

DEFAULT_CALLS = 1000
_WARM_UP = 20
_NAMES = {"ours": "this service", "empty": "empty Powertools function"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure warm answers and print the figures."""
    parser = option_parser("benchmarks.speed.warm", main.__doc__)
    parser.add_argument("--calls", type=int, default=int(os.environ.get("CALLS") or DEFAULT_CALLS))
    options = parser.parse_args(arguments)
    return report("warm", measure(options.calls), text, publish=options.publish)


def measure(calls: int) -> Figures:
    """The figures of `calls` answers of each function, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="bench-warm-") as name, variants.embedded_services() as variables:
        folder = Path(name)
        built = variants.ours(folder)
        empty = variants.with_handler(built, folder, "empty")
        with (
            variants.running(built, variables, folder / "ours") as ours,
            variants.running(empty, variables, folder / "empty-times") as floor,
        ):
            both = {"ours": ours, "empty": floor}
            seen = _round_trips(both, calls)
            figures = {
                "calls": calls,
                "variants": {
                    name: {
                        "whole_ms": Spread.of(seen[name]).as_json(),
                        "function_ms": Spread.of(_own_times(running, calls, "ms")).as_json(),
                        "function_cpu_ms": Spread.of(_own_times(running, calls, "cpu_ms")).as_json(),
                    }
                    for name, running in both.items()
                },
                "resident_mb": ours.resident_mb(),
            }
            return dated(figures, python=variants.python_version(built))


def _round_trips(functions: Mapping[str, variants.Running], calls: int) -> dict[str, list[float]]:
    """Milliseconds from event to answer, as the caller sees them."""
    event = variants.event("feasible")
    seen: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(_WARM_UP + calls):
        for name, running in functions.items():
            begin = time.perf_counter()
            running.invoke(event)
            if number >= _WARM_UP:
                seen[name].append(1000 * (time.perf_counter() - begin))
    return seen


def _own_times(running: variants.Running, calls: int, column: str) -> list[float]:
    """Milliseconds in the function's process, from receiving an event to handing over its answer."""
    return [line[column] for line in running.lines(_WARM_UP + calls)[1 + _WARM_UP :]]


def text(figures: Figures) -> str:
    """The figures as a table, with ratios of the medians and targets."""
    found, resident = figures["variants"], figures["resident_mb"]
    whole, own = (
        found["ours"][column]["median"] / found["empty"][column]["median"]
        for column in ("whole_ms", "function_ms")
    )
    return f"""\
{figures["date"]}, {figures["calls"]} answers of each, alternating. {header(figures)}

| median (quartiles) | whole invocation, ms | p99 | in the function's process, ms | p99 |
| --- | --- | --- | --- | --- |
{_row("ours", found)}
{_row("empty", found)}

- The whole invocation takes {whole:.2f} x as long as that of the empty function ({target_text(whole, 1.5)}).
- The function's process alone takes {own:.2f} x as long.
- Afterwards the process has {resident} MB resident ({target_text(resident, 80, unit=" MB")})."""


def _row(name: str, found: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    whole, own = Spread(**found[name]["whole_ms"]), Spread(**found[name]["function_ms"])
    return f"| {_NAMES[name]} | {whole} | {whole.p99:.3g} | {own} | {own.p99:.3g} |"


if __name__ == "__main__":
    raise SystemExit(main())
