"""The worked examples and the errors in docs/memory-model.md are calculated."""

import dataclasses
from pathlib import Path

import pytest
from support.instances import instance
from support.metadata import real_model

from benchmarks.accuracy.plot import scatter
from benchmarks.accuracy.prediction import predict
from benchmarks.accuracy.runs import metadata_in, read_runs
from benchmarks.accuracy.summary import summarize
from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args

_TEXT = (Path(__file__).parents[2] / "docs" / "memory-model.md").read_text()
_COLUMNS = {"meta-llama/Llama-3.1-8B-Instruct": 1, "google/gemma-3-12b-it": 3}


def _budget(model_id: str) -> Budget:
    gpu = dataclasses.replace(gpu_of(instance("p5.48xlarge")), visible_bytes=int(79.19 * GIB))
    engine_args = dataclasses.replace(
        default_engine_args(gpu, behavior_of((0, 19))), gpu_memory_utilization=0.95
    )
    return budget(real_model(model_id), gpu, 1, engine_args=engine_args)


def _row(name: str) -> list[str]:
    line = next(line for line in _TEXT.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.split("|")[1:-1]]


@pytest.mark.parametrize("model_id", _COLUMNS)
def test_the_budget_table_shows_the_calculated_figures(model_id: str) -> None:
    found, column = _budget(model_id), _COLUMNS[model_id]
    figures = {
        "visible x utilization": f"{found.usable_bytes / GIB:.2f}",
        "weights": f"{found.weight_bytes / GIB:.2f}",
        "activations": f"{found.overhead.activation_bytes / GIB:.2f}",
        "KV cache": f"{found.kv_cache_bytes / GIB:.2f}",
        "tokens": f"{found.kv_cache_tokens:,}",
        "requests of 8192 tokens": f"{found.max_concurrency(8192):.2f}",
    }

    assert figures == {name: _row(name)[column] for name in figures}


@pytest.mark.parametrize(("line", "group"), [("101 since 0.17", "since 0.17"), ("47 before", "before 0.17")])
def test_the_table_of_errors_shows_the_measured_ones(line: str, group: str) -> None:
    metadata = metadata_in(None)
    found = summarize([predict(run, metadata) for run in read_runs()])[group]
    weights, cache, tokens = found["weights"], found["kv_cache_gib"], found["kv_tokens"]
    plain = found["kv_tokens_of_the_plain_formula"]

    assert _row(line) == [
        f"{found['runs']} {line.split(' ', 1)[1]}",
        f"{weights['median']:.2%}, {weights['p90']:.1%}".replace("%", " %"),
        f"{cache['median']:.2f} GiB, {cache['p90']:.2f} GiB",
        f"{tokens['median']:.2%}, {tokens['p90']:.1%}".replace("%", " %"),
        f"{found['over_5_percent_too_many_tokens']} of {found['runs_with_tokens']}",
        f"{found['outcome_predicted']} of {found['runs_with_outcome']}",
        f"{plain['median']:.2%}, {plain['p90']:.1%}".replace("%", " %"),
    ]


def test_the_plot_is_up_to_date() -> None:
    metadata = metadata_in(None)
    drawn = scatter(predict(run, metadata) for run in read_runs())

    assert (Path(__file__).parents[2] / "docs" / "accuracy.svg").read_text() == drawn


def test_the_kv_cache_examples_show_the_calculated_blocks() -> None:
    for model_id in _COLUMNS:
        found = _budget(model_id)
        blocks = found.layout.blocks(found.kv_cache_bytes)
        assert (
            f"{found.layout.block_bytes:,}; {blocks:,} blocks; {found.kv_cache_tokens:,} tokens"
            in " ".join(_TEXT.split())
        )
