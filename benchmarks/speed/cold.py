"""Measures cold starts: `make bench-cold [RUNS=20]`.

Starts the built artifact under Lambda's emulator, a fresh process each time, alternating with a minimal
handler that only creates the DynamoDB client and the logger, and with the same artifact without bytecode.
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
from local.runtime.artifact import BuiltFunction

DEFAULT_RUNS = 20
_NAMES = {"ours": "this service", "floor": "minimal handler", "plain": "this service without bytecode"}
_COMPARED = {"floor": "the minimal handler", "plain": "the same artifact without bytecode"}

Sample = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure cold starts and print the figures."""
    parser = option_parser("benchmarks.speed.cold", main.__doc__)
    parser.add_argument("--runs", type=int, default=int(os.environ.get("RUNS") or DEFAULT_RUNS))
    options = parser.parse_args(arguments)
    return report("cold", measure(options.runs), text, publish=options.publish)


def measure(runs: int) -> Figures:
    """The figures of `runs` starts of each variant."""
    with tempfile.TemporaryDirectory(prefix="bench-cold-") as name, variants.embedded_services() as variables:
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
        figures = {
            "runs": runs,
            "zipped_mb": variants.zipped_mb(built),
            "variants": {variant: _spreads(taken) for variant, taken in samples.items()},
        }
        return dated(figures, python=variants.python_version(built))


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


def text(figures: Figures) -> str:
    """The figures as a table, with ratios of the medians and targets."""
    found = figures["variants"]
    return f"""\
{figures["date"]}, {figures["runs"]} fresh processes of each, alternating. {header(figures)}

| median (quartiles) | init, ms | init, processor time, ms | first answer, ms | both as the caller sees them, ms | resident, MB |
| --- | --- | --- | --- | --- | --- |
{_row("ours", found)}
{_row("floor", found)}
{_row("plain", found)}

- Init takes {_ratio_text(found, "floor", 1.25)}.
- Init takes {_ratio_text(found, "plain", 0.5)}.
- The bundle is {figures["zipped_mb"]} MB zipped ({target_text(figures["zipped_mb"], 3, unit=" MB")})."""  # noqa: E501 - a table


def _row(name: str, found: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    columns = ("init_ms", "init_cpu_ms", "first_answer_ms", "whole_ms", "resident_mb")
    cells = " | ".join(str(Spread(**found[name][column])) for column in columns)
    return f"| {_NAMES[name]} | {cells} |"


def _ratio_text(found: Mapping[str, Mapping[str, dict[str, float]]], other: str, target: float) -> str:
    clock, processor = (
        found["ours"][column]["median"] / found[other][column]["median"]
        for column in ("init_ms", "init_cpu_ms")
    )
    return (
        f"{clock:.2f} x as long as that of {_COMPARED[other]} (processor time: {processor:.2f} x;"
        f" {target_text(max(clock, processor), target)})"
    )


if __name__ == "__main__":
    raise SystemExit(main())
