"""The values that each setting may have instead."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.planning.levers import (
    ENGINE_LEVERS,
    Lever,
    LeverName,
    Value,
    context_lever,
    degree_lever,
    engine_lever,
)
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.workload import Workload
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import EngineOverrides, KVCacheDtype

QWEN = "Qwen/Qwen3-8B"


def of(
    name: LeverName, engine: EngineOverrides, model_id: str = QWEN, on: str = "g6.12xlarge"
) -> Lever | None:
    return engine_lever(name, real_model(model_id), instance(on), ANY_VERSION, Overrides(engine=engine))


def values(
    name: LeverName, engine: EngineOverrides, model_id: str = QWEN, on: str = "g6.12xlarge"
) -> list[Value]:
    lever = of(name, engine, model_id, on)
    return [] if lever is None else list(lever.values)


def test_values_start_with_the_smallest_step() -> None:
    """2,048 tokens and 256 sequences are the defaults on an L4."""
    defaults = EngineOverrides()

    assert values("gpu_memory_utilization", defaults) == [0.91, 0.92, 0.93, 0.94, 0.95]
    assert values("max_num_batched_tokens", defaults) == [1024, 512, 256]
    assert values("max_num_seqs", defaults)[:2] == [255, 254]
    assert values("max_num_seqs", defaults)[-1] == 1
    assert values("enforce_eager", defaults) == [True]


def test_batches_are_not_halved_below_the_sequences_that_the_caller_fixes() -> None:
    assert values("max_num_batched_tokens", EngineOverrides(max_num_seqs=600)) == [1024]


def test_fewer_batched_tokens_than_sequences_are_raised() -> None:
    engine = EngineOverrides(max_num_seqs=600, max_num_batched_tokens=500)

    assert values("max_num_batched_tokens", engine) == [600]


def test_as_many_batched_tokens_as_sequences_are_neither_raised_nor_lowered() -> None:
    assert (
        values("max_num_batched_tokens", EngineOverrides(max_num_seqs=600, max_num_batched_tokens=600)) == []
    )


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [(0.945, [0.95]), (0.94, [0.95]), (0.57, [percent / 100 for percent in range(58, 96)]), (0.95, [])],
)
def test_utilization_is_raised_by_whole_percents_up_to_95(fixed: float, expected: list[float]) -> None:
    """0.57 x 100 is just below 57 in binary."""
    assert values("gpu_memory_utilization", EngineOverrides(gpu_memory_utilization=fixed)) == expected


@pytest.mark.parametrize(
    ("name", "furthest"),
    [("gpu_memory_utilization", 0.95), ("max_num_batched_tokens", 256), ("max_num_seqs", 1)],
)
def test_the_furthest_value_is_the_last(name: LeverName, furthest: Value) -> None:
    lever = of(name, EngineOverrides())

    assert lever is not None
    assert lever.furthest == furthest


def test_an_fp8_cache_that_has_kernels_stays() -> None:
    assert values("kv_cache_dtype", EngineOverrides(kv_cache_dtype="fp8")) == []
    assert values("kv_cache_dtype", EngineOverrides()) == ["fp8"]


def test_an_fp8_cache_without_kernels_is_left_out() -> None:
    """No backend of a T4 has them."""
    chosen: KVCacheDtype = "fp8_e4m3"
    engine = EngineOverrides(kv_cache_dtype=chosen)

    assert values("kv_cache_dtype", engine, on="g4dn.12xlarge") == ["auto"]


def test_only_multimodal_models_can_do_without_images() -> None:
    assert values("limit_mm_per_prompt", EngineOverrides()) == []
    assert values("limit_mm_per_prompt", EngineOverrides(), "google/gemma-3-4b-it") == [True]


def test_engine_arguments_do_not_include_degree_and_context() -> None:
    assert of("tensor_parallel_degree", EngineOverrides()) is None
    assert of("max_model_len", EngineOverrides()) is None
    assert {"tensor_parallel_degree", "max_model_len"}.isdisjoint(ENGINE_LEVERS)


def degrees(model_id: str, on: str, degree: int) -> list[Value]:
    lever = degree_lever(real_model(model_id), instance(on), ANY_VERSION, NO_OVERRIDES, degree)
    return [] if lever is None else list(lever.values)


def test_the_nearest_accepted_degree_comes_first_and_of_two_the_lower() -> None:
    """Eight L4, eight KV heads."""
    assert degrees(QWEN, "g6.48xlarge", 3) == [2, 4, 1, 8]
    assert degrees(QWEN, "g6.48xlarge", 16) == [8, 4, 2, 1]
    assert degrees(QWEN, "g6.48xlarge", 1) == [2, 4, 8]
    assert degrees(QWEN, "g6.xlarge", 1) == []


def test_the_furthest_degree_is_the_largest_that_is_accepted() -> None:
    lever = degree_lever(real_model(QWEN), instance("g6.48xlarge"), ANY_VERSION, NO_OVERRIDES, 3)

    assert lever is not None
    assert lever.furthest == 8


def test_of_all_settings_only_a_degree_may_have_to_go_up_or_down() -> None:
    degree = degree_lever(real_model(QWEN), instance("g6.48xlarge"), ANY_VERSION, NO_OVERRIDES, 3)
    sequences = of("max_num_seqs", EngineOverrides())

    assert degree is not None
    assert sequences is not None
    assert (degree.is_monotonic, sequences.is_monotonic) == (False, True)


def context(overrides: Overrides, plan: Plan) -> list[Value]:
    lever = context_lever(real_model(QWEN), overrides, plan)
    return [] if lever is None else list(lever.values)


def plan_of(length: int, workload: int = 768) -> Plan:
    plan = best_plan(real_model(QWEN), instance("g6.12xlarge"))
    assert isinstance(plan, Plan)
    work = Workload(input_tokens=workload - 256, output_tokens=256)
    return replace(plan, max_model_len=length, workload=work)


def test_a_context_is_shortened_from_the_limit_to_what_the_workload_needs() -> None:
    """The model's limit is 40,960 tokens."""
    shorter = context(Overrides(max_model_len=100_000), plan_of(100_000))
    for_workload = context(Overrides(max_model_len=2000, input_tokens=1000), plan_of(2000, 1256))

    assert (shorter[0], shorter[-1]) == (40_960, 512)
    assert (for_workload[0], for_workload[-1]) == (1999, 1256)


def test_a_context_that_is_too_short_for_the_workload_is_raised() -> None:
    assert context(Overrides(max_model_len=1000, input_tokens=3000), plan_of(1000, 3256)) == [3256]
    assert context(Overrides(input_tokens=3000), plan_of(1024, 3256)) == [3256]


def test_a_context_that_nobody_fixes_stays() -> None:
    assert context(NO_OVERRIDES, plan_of(1024)) == []


def test_a_context_that_just_holds_a_request_stays() -> None:
    assert context(Overrides(max_model_len=1256, input_tokens=1000), plan_of(1256, 1256)) == []


def test_a_lever_changes_one_value() -> None:
    asked = Overrides(tensor_parallel=2, engine=EngineOverrides(enforce_eager=True))
    lever = engine_lever("max_num_seqs", real_model(QWEN), instance("g6.12xlarge"), ANY_VERSION, asked)
    assert lever is not None

    changed = lever.at(64)

    assert changed == Overrides(
        tensor_parallel=2, engine=EngineOverrides(enforce_eager=True, max_num_seqs=64)
    )
    assert lever.setting(64).step == 0.75


@pytest.mark.parametrize(
    ("name", "default", "value", "step"),
    [
        ("max_num_seqs", 256, 64, 0.75),
        ("gpu_memory_utilization", 0.8, 0.9, 0.125),
        ("tensor_parallel_degree", 2, 8, 3),
        ("enforce_eager", False, True, 1),
        ("kv_cache_dtype", "auto", "fp8", 1),
    ],
)
def test_a_step_is_the_share_of_the_default_that_is_added_or_taken_away(
    name: LeverName, default: Value, value: Value, step: float
) -> None:
    lever = Lever(name=name, overrides=NO_OVERRIDES, default=default, values=[value], furthest=value)

    assert lever.setting(value).step == pytest.approx(step)
