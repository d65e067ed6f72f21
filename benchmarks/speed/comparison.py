"""Measures comparisons of all instances without Lambda, Hub and table: `make bench-comparison`.

Every model of the embedded Hub on the embedded table; then one model on tables of 1,000 and 10,000 types.
"""

import json
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from benchmarks.metadata import snapshot, snapshot_metadata
from benchmarks.results import dated, target_text
from benchmarks.speed.calculation import alike, distinct
from benchmarks.speed.command import Figures, header, option_parser, report
from benchmarks.speed.spread import Spread
from handler.comparison_response import comparison_as_json
from handler.instance_item import parse_item
from local.embedded.instance_records import priced_items
from recommender.compare import compare
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.model.errors import ImplausibleMetadata

_SIZES = (1_000, 10_000)
_REPEATS = 5
_SLOWEST = 10
_LARGE_TABLE_MODEL = "Qwen/Qwen3-8B"
_TARGET_MS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure comparisons and print the figures."""
    options = option_parser("benchmarks.speed.comparison", main.__doc__).parse_args(arguments)
    return report("comparison", measure(), text, publish=options.publish)


def measure() -> Figures:
    """The times of all models, of which the slowest count at their best: the machine is shared."""
    instances = tuple(parse_item(item) for item in priced_items())
    models = [model for model_id in snapshot().repos if (model := snapshot_metadata(model_id)) is not None]
    times = {model.model_id: _milliseconds(model, instances) for model in models}
    sizes = {model.model_id: _bytes(model, instances) for model in models}
    slowest = sorted(models, key=lambda model: times[model.model_id])[-_SLOWEST:]
    for _ in range(_REPEATS):  # in turns, so that nothing of one model stays cached for its next time
        for model in slowest:
            times[model.model_id] = min(times[model.model_id], _milliseconds(model, instances))
    worst = max(times, key=lambda model_id: times[model_id])
    figures = {
        "models": len(models),
        "types": len(instances),
        "answer_ms": Spread.of(list(times.values())).as_json(),
        "slowest": {"model": worst, "ms": round(times[worst], 1)},
        "largest_bytes": max(sizes.values()),
        "large_tables": list(_large_tables(instances)),
    }
    return dated(figures, python=platform.python_version())


def _large_tables(instances: Sequence[Instance]) -> Iterator[dict[str, Any]]:
    model = snapshot_metadata(_LARGE_TABLE_MODEL)
    if model is None:
        raise LookupError(f"The snapshot does not have {_LARGE_TABLE_MODEL}.")
    for name, table in (("existing GPUs", alike), ("all GPUs different", distinct)):
        for size in _SIZES:
            types = table(instances, size)
            yield {
                "table": name,
                "types": size,
                "ms": round(_milliseconds(model, types), 1),
                "bytes": _bytes(model, types),
            }


def _milliseconds(model: HubMetadata, instances: Sequence[Instance]) -> float:
    """Processor time from the Hub's documents to the rows of the answer."""
    begin = time.process_time()
    with suppress(ImplausibleMetadata):
        comparison_as_json(compare(model, instances))
    return 1000 * (time.process_time() - begin)


def _bytes(model: HubMetadata, instances: Sequence[Instance]) -> int:
    with suppress(ImplausibleMetadata):
        return len(json.dumps(comparison_as_json(compare(model, instances))))
    return 0


def text(figures: Figures) -> str:
    """The figures in sentences and a table."""
    answer, slowest = Spread(**figures["answer_ms"]), figures["slowest"]
    rows = "\n".join(
        f"| {each['types']:,} types, {each['table']} | {each['ms']:,.4g} | {each['bytes'] / 1024:.1f} |"
        for each in figures["large_tables"]
    )
    return f"""\
{figures["date"]}, processor time. {header(figures)}

{figures["models"]} comparisons, one for each model of the embedded Hub, with a table of {figures["types"]}
types take {answer} ms (median and quartiles).
The slowest, {slowest["model"]}, takes {slowest["ms"]:.3g} ms
({target_text(slowest["ms"], _TARGET_MS, unit=" ms")}).
The largest answer has {figures["largest_bytes"] / 1024:.1f} KiB
({target_text(figures["largest_bytes"] / 1024, 64, unit=" KiB")}).

| made-up table, {_LARGE_TABLE_MODEL} | ms | answer, KiB |
| --- | --- | --- |
{rows}"""


if __name__ == "__main__":
    raise SystemExit(main())
