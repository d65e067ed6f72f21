"""Measures the calculation without Lambda, Hub and table: `make bench-calculation`.

Every model of the embedded Hub on every GPU instance type of the embedded table, with the searches for a
larger and for a cheaper instance; then those searches in tables of 100, 1,000 and 10,000 types.
"""

import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from benchmarks.metadata import snapshot, snapshot_metadata
from benchmarks.results import dated, target_text
from benchmarks.speed.command import Figures, header, option_parser, report
from benchmarks.speed.spread import Spread
from handler.instance_item import parse_item
from local.embedded.instance_records import shipped_items
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.context import budget_for_largest_context
from recommender.recommend import recommend
from recommender.recommendation import Infeasible

_SIZES = (100, 1_000, 10_000)
_REPEATS = 5
_SLOWEST = 20

# Searches that look at every type because none qualifies: those that would are removed from the table.
_SEARCHES = {
    "for a larger type": ("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge"),
    "for a cheaper type": ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the calculation and print the figures."""
    options = option_parser("benchmarks.speed.calculation", main.__doc__).parse_args(arguments)
    return report("calculation", measure(), text, publish=options.publish)


def measure() -> Figures:
    """The times of all answers, and of the searches."""
    instances = tuple(parse_item(item) for item in shipped_items())
    figures = {**_all_answers(instances), "searches": list(_searches(instances))}
    return dated(figures, python=platform.python_version())


def _all_answers(instances: Sequence[Instance]) -> dict[str, Any]:
    """Each answer once, and the slowest several times, of which the best counts: the machine is shared."""
    models = [_metadata(model_id) for model_id in snapshot().repos]
    gpus = [each for each in instances if not each.is_neuron]
    pairs = [(model, instance) for model in models for instance in gpus]
    times = [_milliseconds(*pair, instances) for pair in pairs]
    slowest = sorted(range(len(pairs)), key=lambda number: times[number])[-_SLOWEST:]
    best = {number: _best_milliseconds(*pairs[number], instances) for number in slowest}
    worst = max(best, key=lambda number: best[number])
    model, instance = pairs[worst]
    return {
        "answers": len(pairs),
        "types": len(instances),
        "answer_ms": Spread.of(times).as_json(),
        "slowest": {"model": model.model_id, "instance_type": instance.name, "ms": round(best[worst], 3)},
    }


def _searches(instances: Sequence[Instance]) -> Iterator[dict[str, Any]]:
    by_name = {each.name: each for each in instances}
    for name, (model_id, instance_type) in _SEARCHES.items():
        model, instance = _metadata(model_id), by_name[instance_type]
        rejected = [each for each in instances if not _ends_search(model, instance, each)]
        yield {
            "search": name,
            "distinct_ms": [_best_milliseconds(model, instance, distinct(rejected, size)) for size in _SIZES],
            "alike_ms": [_best_milliseconds(model, instance, alike(rejected, size)) for size in _SIZES],
        }


def distinct(instances: Sequence[Instance], size: int) -> list[Instance]:
    """A table of `size` types, no two with the same GPUs: each copy has a MiB more than the one before."""
    copies = alike(instances, size)
    return [
        replace(each, accelerator_device_mib=int(each.device_mib) + number)
        for number, each in enumerate(copies)
    ]


def alike(instances: Sequence[Instance], size: int) -> list[Instance]:
    """A table of `size` types: copies of `instances` under other names."""
    return [
        replace(
            instances[number % len(instances)], name=f"{instances[number % len(instances)].name}-{number}"
        )
        for number in range(size)
    ]


def _ends_search(model: HubMetadata, instance: Instance, candidate: Instance) -> bool:
    answer = recommend(model, instance, [candidate])
    if isinstance(answer, Infeasible):
        return answer.alternatives is not None and answer.alternatives.larger is not None
    has_larger = answer.alternatives is not None and answer.alternatives.larger is not None
    return has_larger or any(note.code == "cheaper_instance" for note in answer.notes)


def _metadata(model_id: str) -> HubMetadata:
    metadata = snapshot_metadata(model_id)
    if metadata is None:
        raise LookupError(f"The snapshot does not have {model_id}.")
    return metadata


def _best_milliseconds(model: HubMetadata, instance: Instance, instances: Sequence[Instance]) -> float:
    return round(min(_milliseconds(model, instance, instances) for _ in range(_REPEATS)), 3)


def _milliseconds(model: HubMetadata, instance: Instance, instances: Sequence[Instance]) -> float:
    """Processor time from the Hub's documents to the answer, without budgets of earlier ones."""
    budget_for_largest_context.cache_clear()
    begin = time.process_time()
    with suppress(ImplausibleMetadata):
        recommend(model, instance, instances)
    return 1000 * (time.process_time() - begin)


def text(figures: Figures) -> str:
    """The figures in sentences and a table."""
    answer, slowest = Spread(**figures["answer_ms"]), figures["slowest"]
    return f"""\
{figures["date"]}, processor time. {header(figures)}

{figures["answers"]:,} answers, each model of the embedded Hub on each GPU instance type with a table of
{figures["types"]} types, take {answer} ms (median and quartiles); 99 % take at most {answer.p99:.3g} ms.
The slowest, {slowest["model"]} on {slowest["instance_type"]}, takes {slowest["ms"]:.3g} ms
({target_text(slowest["ms"], 2, unit=" ms")}).

| search without a result, ms | {" | ".join(f"{size:,} types" for size in _SIZES)} |
| --- | {" | ".join("---" for _ in _SIZES)} |
{_rows(figures["searches"])}"""


def _rows(searches: Sequence[dict[str, Any]]) -> str:
    return "\n".join(
        f"| {search['search']}, {kind} | {' | '.join(f'{each:,.3g}' for each in search[column])} |"
        for search in searches
        for kind, column in (("all GPUs different", "distinct_ms"), ("existing GPUs", "alike_ms"))
    )


if __name__ == "__main__":
    raise SystemExit(main())
