"""Plans with the caller's values, and what follows from those."""

import math
from typing import Any

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.model import Model, parse_model
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.quantization import INT4
from recommender.vllm.version import Version

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def overridden(model_id: str | Model, on: str, version: Version | None = None, **overrides: Any) -> Plan:
    model = real_model(model_id) if isinstance(model_id, str) else model_id
    place, behavior = instance(on), behavior_of(version)
    base = best_plan(model, place, behavior=behavior)
    assert isinstance(base, Plan)
    return apply_overrides(model, place, base, Overrides(**overrides), behavior)


def test_every_fixed_value_is_in_the_plan() -> None:
    plan = overridden(
        MISTRAL,
        "g5.12xlarge",
        tensor_parallel=2,
        quantization="fp8",
        max_model_len=5000,
        concurrency=7,
        input_tokens=300,
        output_tokens=40,
        overhead_bytes=3 * GIB,
    )

    assert plan.tensor_parallel == 2
    assert plan.quantization is not None
    assert plan.quantization.name == "fp8"
    assert (plan.max_model_len, plan.concurrency) == (5000, 7)
    assert (plan.workload.input_tokens, plan.workload.output_tokens) == (300, 40)
    assert plan.budget.overhead.total_bytes == 3 * GIB


def test_without_overrides_the_plan_stays_as_it_is() -> None:
    model, place = real_model(MISTRAL), instance("g5.12xlarge")
    base = best_plan(model, place)
    assert isinstance(base, Plan)

    assert apply_overrides(model, place, base, Overrides(), ANY_VERSION) is base


def test_a_fixed_degree_changes_the_memory() -> None:
    one, four = (overridden(MISTRAL, "g5.12xlarge", tensor_parallel=degree) for degree in (1, 4))

    assert one.budget.weight_bytes > 3 * four.budget.weight_bytes
    assert one.max_concurrent_requests < four.max_concurrent_requests


def test_a_degree_that_is_not_accepted_has_the_memory_of_the_nearest_below() -> None:
    """Gemma 4 has 16 KV heads in layers with a window and 4 in the others, and 3 divides neither."""
    two, three = (overridden("google/gemma-4-31B-it", "g5.12xlarge", tensor_parallel=n) for n in (2, 3))

    assert three.tensor_parallel == 3
    assert three.budget == two.budget


def test_a_longer_workload_lowers_the_concurrency() -> None:
    default, longer = (
        overridden(MISTRAL, "g5.xlarge", input_tokens=tokens, output_tokens=256) for tokens in (512, 4096)
    )

    assert longer.concurrency < default.concurrency
    assert longer.concurrency == longer.max_concurrent_requests


def test_more_overhead_leaves_a_smaller_cache() -> None:
    less, more = (overridden(MISTRAL, "g5.xlarge", overhead_bytes=gib * GIB) for gib in (1, 3))

    assert less.budget.kv_cache_bytes - more.budget.kv_cache_bytes == 2 * GIB


@pytest.mark.parametrize(("version", "flag"), [((0, 19), "bitsandbytes"), ((0, 30), None)], ids=str)
def test_a_fixed_quantization_is_done_while_loading_where_the_version_can(
    version: Version, flag: str | None
) -> None:
    plan = overridden(MISTRAL, "g5.xlarge", version, quantization="int4")

    assert plan.quantization is not None
    assert plan.quantization.flag == flag


def test_a_quantized_checkpoint_keeps_its_own_quantization() -> None:
    plan = overridden("Qwen/Qwen2.5-7B-Instruct-AWQ", "g5.xlarge", quantization="fp8")

    assert plan.quantization is None


def test_a_plan_that_would_not_start_keeps_the_minimum_context() -> None:
    """15.2 GiB of weights and 12 GiB of overhead are more than the 22 GiB of an A10G."""
    plan = overridden("Qwen/Qwen3-8B", "g5.xlarge", overhead_bytes=12 * GIB)

    assert plan.budget.kv_cache_bytes < 0
    assert (plan.max_model_len, plan.concurrency) == (512, 1)


def test_impossible_values_are_applied_all_the_same() -> None:
    plan = overridden(
        parse_model(llama()),
        "g5.xlarge",
        tensor_parallel=1024,
        max_model_len=10**9,
        concurrency=10**9,
        input_tokens=10**9,
        output_tokens=10**9,
        overhead_bytes=10_000 * GIB,
    )

    assert (plan.tensor_parallel, plan.max_model_len, plan.concurrency) == (1024, 10**9, 10**9)
    assert plan.max_concurrent_requests == 0


def test_an_overhead_as_an_answer_states_it_is_the_estimate() -> None:
    """Three decimals, rounded down; one step less is another overhead."""
    model, place = real_model("google/gemma-3-27b-it"), instance("g6.12xlarge")
    base = best_plan(model, place)
    assert isinstance(base, Plan)
    stated = math.floor(base.budget.overhead.total_bytes * 1000 / GIB) / 1000
    same, less = (
        apply_overrides(
            model,
            place,
            base,
            Overrides(overhead_bytes=math.ceil(gib * GIB)),
            base.budget.engine_args.behavior,
        )
        for gib in (stated, stated - 0.002)
    )

    assert same == base
    assert less.budget.overhead.total_bytes == math.ceil((stated - 0.002) * GIB)


@pytest.mark.parametrize(("less_bytes", "is_estimate"), [(GIB // 1000, True), (GIB // 1000 + 1, False)])
def test_an_overhead_of_a_thousandth_of_a_gib_less_is_the_estimate(
    less_bytes: int, *, is_estimate: bool
) -> None:
    estimate = overridden(MISTRAL, "g5.xlarge").budget.overhead.total_bytes
    plan = overridden(MISTRAL, "g5.xlarge", overhead_bytes=estimate - less_bytes)

    assert (plan.budget.overhead.total_bytes == estimate) is is_estimate


def test_the_recommended_quantization_is_done_in_the_same_way_when_it_is_requested() -> None:
    """Yi-1.5-34B fits on an A10G pre-quantized to INT4, and not with bitsandbytes, which 0.25 has."""
    model, place, behavior = real_model("01-ai/Yi-1.5-34B-Chat"), instance("g5.xlarge"), behavior_of((0, 25))
    base = best_plan(model, place, INT4, behavior=behavior)
    assert isinstance(base, Plan)

    found = apply_overrides(model, place, base, Overrides(quantization="int4"), behavior)

    assert found.quantization is INT4
    assert found.starts
