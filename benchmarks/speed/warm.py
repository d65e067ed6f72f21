"""What an answer costs once the metadata are cached: `make bench-warm [CALLS=1000]`.

Runs the built artifact and an empty Powertools function side by side under Lambda's emulator and asks them in
turns.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.spread import Spread
from benchmarks.results import dated, publish
from benchmarks.speed import variants

USUAL_CALLS = 1000
_WARM_UP = 20
_NAMES = {"ours": "ours", "empty": "empty Powertools function"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.warm", description=main.__doc__)
    parser.add_argument("--calls", type=int, default=int(os.environ.get("CALLS") or USUAL_CALLS))
    parser.add_argument("--publish", action="store_true", help="keep the figures in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    figures = dated(measure(options.calls))
    print(text(figures))
    if options.publish:
        publish("warm", figures, text(figures))
    return 0


def measure(calls: int) -> dict[str, Any]:
    """The figures of `calls` answers of each function, after some that are not counted."""
    with tempfile.TemporaryDirectory(prefix="bench-warm-") as name, variants.parts() as variables:
        folder = Path(name)
        built = variants.ours(folder)
        empty = variants.with_handler(built, folder, "empty")
        with (
            variants.running(built, variables, folder / "ours") as ours,
            variants.running(empty, variables, folder / "empty-times") as floor,
        ):
            both = {"ours": ours, "empty": floor}
            seen = _round_trips(both, calls)
            return {
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


def _round_trips(functions: Mapping[str, variants.Running], calls: int) -> dict[str, list[float]]:
    """Milliseconds from event to answer as the caller sees them."""
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
    """Milliseconds of the function's own process, from an event's arrival until its answer is handed over."""
    return [line[column] for line in running.lines(_WARM_UP + calls)[1 + _WARM_UP :]]


def text(figures: dict[str, Any]) -> str:
    """The figures as a table, with ratios of the medians."""
    found = figures["variants"]
    whole, own = (
        found["ours"][column]["median"] / found["empty"][column]["median"]
        for column in ("whole_ms", "function_ms")
    )
    return f"""\
{figures["date"]}, {figures["calls"]} answers of each, in turns. {figures["machine"]}.

| median (middle half) | whole invocation, ms | p99 | of it the function's process, ms | p99 |
| --- | --- | --- | --- | --- |
{_row("ours", found)}
{_row("empty", found)}

The whole invocation takes {whole:.2f} x that of the empty function (aim: at most 1.5), the function's process
alone {own:.2f} x. After them our process has {figures["resident_mb"]} MB resident (aim: at most 80)."""


def _row(name: str, found: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    whole, own = Spread(**found[name]["whole_ms"]), Spread(**found[name]["function_ms"])
    return f"| {_NAMES[name]} | {whole} | {whole.p99:.3g} | {own} | {own.p99:.3g} |"


if __name__ == "__main__":
    raise SystemExit(main())
