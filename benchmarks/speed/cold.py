"""What a cold start costs: `make bench-cold [RUNS=20]`.

Runs the built artifact under Lambda's emulator, a fresh process each time, in turns with the floor (a handler
that only creates the DynamoDB client and the logger) and with the same code without bytecode.
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
from local.runtime.artifact import BuiltFunction

USUAL_RUNS = 20
_NAMES = {"ours": "ours", "floor": "floor: client and logger only", "plain": "ours without bytecode"}

Sample = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.cold", description=main.__doc__)
    parser.add_argument("--runs", type=int, default=int(os.environ.get("RUNS") or USUAL_RUNS))
    parser.add_argument("--publish", action="store_true", help="keep the figures in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    figures = dated(measure(options.runs))
    print(text(figures))
    if options.publish:
        publish("cold", figures, text(figures))
    return 0


def measure(runs: int) -> dict[str, Any]:
    """The figures of `runs` starts of each variant."""
    with tempfile.TemporaryDirectory(prefix="bench-cold-") as name, variants.parts() as variables:
        folder = Path(name)
        built = variants.ours(folder)
        functions = {
            "ours": built,
            "floor": variants.with_handler(built, folder, "floor"),
            "plain": variants.plain(built, folder),
        }
        samples: dict[str, list[Sample]] = {variant: [] for variant in functions}
        for _ in range(runs):
            for variant, function in functions.items():
                samples[variant].append(_start(function, variables, folder / "stopwatch"))
        return {
            "runs": runs,
            "zipped_mb": variants.zipped_mb(built),
            "variants": {variant: _spreads(taken) for variant, taken in samples.items()},
        }


def _start(function: BuiltFunction, variables: Mapping[str, str], file: Path) -> Sample:
    """One cold start and its first answer."""
    with variants.running(function, variables, file) as running:
        begin = time.perf_counter()
        running.invoke(variants.event("feasible"))
        whole = 1000 * (time.perf_counter() - begin)
        init, answer = running.lines(1)
        return {
            "init_ms": init["ms"],
            "init_cpu_ms": init["cpu_ms"],
            "first_answer_ms": answer["ms"],
            "first_answer_cpu_ms": answer["cpu_ms"],
            "whole_ms": whole,
            "resident_mb": running.resident_mb(),
        }


def _spreads(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    return {name: Spread.of([each[name] for each in samples]).as_json() for name in samples[0]}


def text(figures: dict[str, Any]) -> str:
    """The figures as a table, with ratios of the medians."""
    found = figures["variants"]
    return f"""\
{figures["date"]}, {figures["runs"]} fresh processes of each, in turns. {figures["machine"]}.

| median (middle half) | init, ms | of it processor time, ms | first answer, ms | both, seen by the caller, ms | resident, MB |
| --- | --- | --- | --- | --- | --- |
{_row("ours", found)}
{_row("floor", found)}
{_row("plain", found)}

Init is {_ratio(found, "floor")} the floor (aim: at most 1.25) and {_ratio(found, "plain")} the plain build (aim: at
most 0.5). The bundle is {figures["zipped_mb"]} MB zipped (aim: at most 3)."""  # noqa: E501 - a table


def _row(name: str, found: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    columns = ("init_ms", "init_cpu_ms", "first_answer_ms", "whole_ms", "resident_mb")
    cells = " | ".join(str(Spread(**found[name][column])) for column in columns)
    return f"| {_NAMES[name]} | {cells} |"


def _ratio(found: Mapping[str, Mapping[str, dict[str, float]]], other: str) -> str:
    clock, processor = (
        found["ours"][column]["median"] / found[other][column]["median"]
        for column in ("init_ms", "init_cpu_ms")
    )
    return f"{clock:.2f} x (processor time: {processor:.2f} x)"


if __name__ == "__main__":
    raise SystemExit(main())
