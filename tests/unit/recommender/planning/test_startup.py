"""Whether vLLM starts with a plan and serves its workload."""

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.startup import longest_context, required_batched_tokens, serves
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import EngineOverrides

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def is_served(model_id: str, on: str, overrides: Overrides) -> bool:
    model, place = real_model(model_id), instance(on)
    base = best_plan(model, place)
    assert isinstance(base, Plan)
    return serves(model, place, apply_overrides(model, place, base, overrides, ANY_VERSION))


@pytest.mark.parametrize(
    "overrides",
    [
        NO_OVERRIDES,
        Overrides(tensor_parallel=2, max_model_len=1000),
        Overrides(max_model_len=768),
        Overrides(engine=EngineOverrides(max_num_seqs=512, max_num_batched_tokens=512)),
    ],
    ids=["defaults", "degree", "workload", "sequences"],
)
def test_values_that_vllm_accepts_are_served(overrides: Overrides) -> None:
    assert is_served(MISTRAL, "g6.12xlarge", overrides)


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(tensor_parallel=8),
        Overrides(tensor_parallel=3),
        Overrides(max_model_len=32_769),
        Overrides(max_model_len=1000, input_tokens=800, output_tokens=201),
        Overrides(engine=EngineOverrides(max_num_seqs=513, max_num_batched_tokens=512)),
        Overrides(engine=EngineOverrides(gpu_memory_utilization=0.1)),
    ],
    ids=["gpus", "heads", "limit", "workload", "sequences", "memory"],
)
def test_values_that_vllm_does_not_accept_are_not_served(overrides: Overrides) -> None:
    assert not is_served(MISTRAL, "g6.12xlarge", overrides)


def test_an_fp8_cache_needs_an_attention_backend() -> None:
    overrides = Overrides(engine=EngineOverrides(kv_cache_dtype="fp8"))

    assert is_served("Qwen/Qwen2.5-1.5B-Instruct", "g6.xlarge", overrides)
    assert not is_served("Qwen/Qwen2.5-1.5B-Instruct", "g4dn.xlarge", overrides)


def test_a_context_above_the_limit_is_shortened_only_where_vllm_refuses_it() -> None:
    """Mistral has positions for 32,768 tokens; BLOOM has none at all."""
    assert longest_context(real_model(MISTRAL), 40_000) == 32_768
    assert longest_context(real_model("bigscience/bloom-560m"), 40_000) == 40_000


def test_batches_hold_a_token_of_each_sequence_and_a_whole_video() -> None:
    """Gemma 4 attends to the 2,496 tokens of a video in both directions."""
    gemma = real_model("google/gemma-4-31B-it")
    many = EngineOverrides(max_num_seqs=4096)

    assert required_batched_tokens(real_model(MISTRAL), EngineOverrides()) == 0
    assert required_batched_tokens(real_model(MISTRAL), many) == 4096
    assert required_batched_tokens(gemma, EngineOverrides()) == 2496
    assert required_batched_tokens(gemma, EngineOverrides(language_model_only=True)) == 0
