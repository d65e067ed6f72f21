"""What the calculation itself costs, without Lambda, Hub and table: `make bench-calculation`.

Every model of the embedded hub on every GPU type of EC2's records, with the search for a larger and for a
cheaper instance; then the search in tables of 100, 1,000 and 10,000 types.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from benchmarks.accuracy.spread import Spread
from benchmarks.results import dated, publish
from handler.instance_item import parse_item
from local.embedded.instance_records import shipped_items
from local.embedded.snapshot import Snapshot, load_snapshot
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.model.errors import ImplausibleMetadata
from recommender.recommend import Infeasible, recommend

_SIZES = (100, 1_000, 10_000)
_REPEATS = 5
_SLOWEST = 20

# Searches that look at every type because none will do. Those that would are taken out of the table.
_SEARCHES = {
    "for a larger type": ("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge"),
    "for a cheaper type": ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.calculation", description=main.__doc__)
    parser.add_argument("--publish", action="store_true", help="keep the figures in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    figures = dated(measure())
    print(text(figures))
    if options.publish:
        publish("calculation", figures, text(figures))
    return 0


def measure() -> dict[str, Any]:
    """The figures."""
    instances = tuple(parse_item(item) for item in shipped_items())
    return {**_all_questions(instances), "searches": list(_searches(instances))}


def _all_questions(instances: Sequence[Instance]) -> dict[str, Any]:
    """Each question once; of the slowest the best of several times, since others use this machine too."""
    models = [_metadata(model_id) for model_id in _snapshot().repos]
    gpus = [each for each in instances if not each.is_neuron]
    asked = [(model, instance) for model in models for instance in gpus]
    times = [_milliseconds(*question, instances) for question in asked]
    slowest = sorted(range(len(asked)), key=lambda number: times[number])[-_SLOWEST:]
    best = {number: _best_milliseconds(*asked[number], instances) for number in slowest}
    worst = max(best, key=lambda number: best[number])
    model, instance = asked[worst]
    return {
        "questions": len(asked),
        "types": len(instances),
        "question_ms": Spread.of(times).as_json(),
        "slowest": {"model": model.model_id, "instance_type": instance.name, "ms": round(best[worst], 3)},
    }


def _searches(instances: Sequence[Instance]) -> Iterator[dict[str, Any]]:
    by_name = {each.name: each for each in instances}
    for name, (model_id, instance_type) in _SEARCHES.items():
        model, asked = _metadata(model_id), by_name[instance_type]
        useless = [each for each in instances if not _ends_search(model, asked, each)]
        yield {
            "search": name,
            "distinct_ms": [_best_milliseconds(model, asked, distinct(useless, size)) for size in _SIZES],
            "alike_ms": [_best_milliseconds(model, asked, alike(useless, size)) for size in _SIZES],
        }


def distinct(instances: Sequence[Instance], size: int) -> list[Instance]:
    """A table of `size` types, no two with the same GPUs: copies have a MiB more each than the one before."""
    copies = alike(instances, size)
    return [
        replace(each, accelerator_device_mib=int(each.device_mib) + number)
        for number, each in enumerate(copies)
    ]


def alike(instances: Sequence[Instance], size: int) -> list[Instance]:
    """A table of `size` types that are copies of `instances` under other names."""
    return [
        replace(
            instances[number % len(instances)], name=f"{instances[number % len(instances)].name}-{number}"
        )
        for number in range(size)
    ]


def _ends_search(model: HubMetadata, asked: Instance, candidate: Instance) -> bool:
    answer = recommend(model, asked, [candidate])
    if isinstance(answer, Infeasible):
        return answer.alternatives is not None and answer.alternatives.larger is not None
    has_larger = answer.alternatives is not None and answer.alternatives.larger is not None
    return has_larger or any(warning.code == "cheaper_instance" for warning in answer.warnings)


def _metadata(model_id: str) -> HubMetadata:
    repository = _snapshot().repos[model_id]
    config = repository.file("config.json")
    return HubMetadata(
        model_id=model_id,
        information=repository.info(),
        config=None if config is None else json.loads(config),
    )


@cache
def _snapshot() -> Snapshot:
    return load_snapshot()


def _best_milliseconds(model: HubMetadata, asked: Instance, instances: Sequence[Instance]) -> float:
    return round(min(_milliseconds(model, asked, instances) for _ in range(_REPEATS)), 3)


def _milliseconds(model: HubMetadata, asked: Instance, instances: Sequence[Instance]) -> float:
    """Processor time from the documents to the answer."""
    begin = time.process_time()
    with suppress(ImplausibleMetadata):
        recommend(model, asked, instances)
    return 1000 * (time.process_time() - begin)


def text(figures: dict[str, Any]) -> str:
    """The figures in sentences and a table."""
    question, slowest = Spread(**figures["question_ms"]), figures["slowest"]
    return f"""\
{figures["date"]}. {figures["machine"]}. Processor time.

Over {figures["questions"]:,} questions, each model of the embedded hub on each GPU type with a table of
{figures["types"]} types, an answer takes {question} ms, 99 of 100 at most {question.p99:.3g} ms; the slowest,
{slowest["model"]} on {slowest["instance_type"]}, takes {slowest["ms"]:.3g} ms (aim: under 2 ms).

| search in vain, ms | {" | ".join(f"{size:,} types" for size in _SIZES)} |
| --- | {" | ".join("---" for _ in _SIZES)} |
{_rows(figures["searches"])}"""


def _rows(searches: Sequence[dict[str, Any]]) -> str:
    return "\n".join(
        f"| {search['search']}, {kind} | {' | '.join(f'{each:,.3g}' for each in search[column])} |"
        for search in searches
        for kind, column in (("all GPUs different", "distinct_ms"), ("GPUs of today", "alike_ms"))
    )


if __name__ == "__main__":
    raise SystemExit(main())
