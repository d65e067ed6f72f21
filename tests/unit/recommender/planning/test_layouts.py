"""Degrees that hold a model, and their replicas."""

from dataclasses import replace
from typing import Any

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.layouts import Layout, layouts
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def found(model_id: str, on: str, version: Version | None = None, **fixed: Any) -> list[Layout]:
    model, place, overrides, behavior = (
        real_model(model_id),
        instance(on),
        Overrides(**fixed),
        behavior_of(version),
    )
    base = best_plan(model, place, behavior=behavior)
    assert isinstance(base, Plan)
    return list(layouts(model, place, apply_overrides(model, place, base, overrides, behavior), overrides))


def test_each_degree_has_as_many_replicas_as_fit_side_by_side() -> None:
    made = found(MISTRAL, "g5.12xlarge")

    assert [(layout.plan.tensor_parallel, layout.replicas) for layout in made] == [(1, 4), (2, 2), (4, 1)]
    assert all(layout.kv_cache_tokens_total == layout.replicas * layout.kv_cache_tokens for layout in made)
    assert all(
        layout.max_concurrent_requests_total == layout.replicas * layout.plan.max_concurrent_requests
        for layout in made
    )
    assert not any(layout.needs_expert_parallel for layout in made)


def test_replicas_hold_more_where_every_gpu_caches_the_same_latents() -> None:
    """Eight H100 under 0.19: 1,505,552 tokens at TP 1 and 2,199,888 at TP 4, with a utilization of 0.95."""
    totals = [
        layout.kv_cache_tokens_total
        for layout in found("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", (0, 19))
    ]

    assert totals == sorted(totals, reverse=True)
    assert totals[0] > 4 * totals[-1]


def test_replicas_are_started_by_data_parallelism() -> None:
    one, _, four = found(MISTRAL, "g5.12xlarge")

    assert one.serve_arguments[-2:] == ("--data-parallel-size", "4")
    assert "--data-parallel-size" not in four.serve_arguments
    assert "--data-parallel-size" not in found(MISTRAL, "g5.12xlarge", (0, 8, 2))[0].serve_arguments


def test_experts_that_all_gpus_together_do_not_divide_stay_whole() -> None:
    """Experts of 768 in FP8 blocks of 128: six GPUs at most could share them."""
    one = found("Qwen/Qwen3-30B-A3B-FP8", "p5.48xlarge", (0, 19))[0]

    assert one.replicas == 8
    assert one.serve_arguments[-1] == "--enable-expert-parallel"


@pytest.mark.parametrize(
    ("model_id", "count", "needed"),
    [
        # Experts of 768 in 16 bit, and a dense width of 14,336.
        ("Qwen/Qwen3-30B-A3B", 8, False),
        ("Qwen/Qwen3-30B-A3B", 5, True),
        (MISTRAL, 5, False),
    ],
)
def test_only_experts_need_expert_parallelism(model_id: str, count: int, *, needed: bool) -> None:
    model = real_model(model_id)
    place = replace(instance("p5.48xlarge"), accelerator_count=count, accelerator_memory_gib=80 * count)
    plan = best_plan(model, place)
    assert isinstance(plan, Plan)

    assert layouts(model, place, plan)[0].needs_expert_parallel is needed


def test_the_recommended_degree_is_one_of_them_with_its_own_figures() -> None:
    model, place = real_model("Qwen/Qwen3.6-27B"), instance("p5.48xlarge")
    plan = best_plan(model, place)
    assert isinstance(plan, Plan)
    same = next(
        each for each in layouts(model, place, plan) if each.plan.tensor_parallel == plan.tensor_parallel
    )

    assert same.plan == plan


def test_a_degree_that_replicates_kv_heads_is_one_of_them() -> None:
    """Qwen3.6-27B has 4 KV heads."""
    assert [layout.plan.tensor_parallel for layout in found("Qwen/Qwen3.6-27B", "p5.48xlarge")] == [
        1,
        2,
        4,
        8,
    ]


def test_a_degree_with_which_a_model_with_states_needs_fewer_sequences_has_them() -> None:
    one, *others = found("Qwen/Qwen3.6-27B", "p5.48xlarge")

    assert one.plan.lowers_max_num_seqs
    assert not any(layout.plan.lowers_max_num_seqs for layout in others)


@pytest.mark.parametrize(("context", "expected"), [(8192, [1, 2, 4]), (50_000, [2, 4])])
def test_a_context_that_the_caller_fixes_has_to_fit(context: int, expected: list[int]) -> None:
    made = found("meta-llama/Llama-3.1-8B-Instruct", "g5.12xlarge", max_model_len=context)

    assert [layout.plan.tensor_parallel for layout in made] == expected
    assert {layout.plan.max_model_len for layout in made} == {context}


def test_a_context_above_the_models_limit_is_cut_to_it() -> None:
    """vLLM refuses 65,536 tokens for a model of 32,768; it takes any length where config.json states none."""
    made = found(MISTRAL, "g5.12xlarge", max_model_len=65_536)
    any_length = found("tiiuae/falcon-mamba-7b", "g6e.12xlarge", max_model_len=8192)

    assert [layout.plan.max_model_len for layout in made] == [32_768] * 3
    assert {layout.plan.max_model_len for layout in any_length} == {8192}


def test_a_plan_that_does_not_start_has_the_degrees_that_would() -> None:
    made = found("Qwen/Qwen2.5-32B-Instruct", "g5.12xlarge", tensor_parallel=1)

    assert [layout.plan.tensor_parallel for layout in made] == [4]


def test_a_video_of_the_fixed_context_is_part_of_each() -> None:
    made = found("Qwen/Qwen2.5-VL-7B-Instruct", "p5.48xlarge", max_model_len=16_384)

    assert {layout.plan.budget.engine_args.max_model_len for layout in made} == {16_384}


@pytest.mark.parametrize(("version", "has_flag"), [((0, 8, 2), False), ((0, 8, 3), True), ((0, 33), True)])
def test_data_parallelism_has_a_flag_from_0_8_3_on(version: Version, *, has_flag: bool) -> None:
    """`vllm/engine/arg_utils.py`."""
    first = found(MISTRAL, "g5.12xlarge", version)[0]

    assert ("--data-parallel-size" in first.serve_arguments) is has_flag
