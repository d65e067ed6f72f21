"""Warnings about engine arguments."""

import re
from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model
from support.warned import warnings

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.messages.lever_warnings import LEVER_WARNINGS
from recommender.messages.warning_context import WarningContext
from recommender.planning.overrides import NO_OVERRIDES
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
STATES = "Qwen/Qwen3.8-27B"


def test_a_flag_that_the_plan_needs_is_named_with_its_reason() -> None:
    sentence = warnings(STATES, "p5.48xlarge", tensor_parallel=1)["needs_flags"]

    assert re.fullmatch(
        r"vLLM does not start with its default of 1,024 sequences from 0\.20 on: it needs a block of the KV"
        r" cache for the states of each, and there are (\d+) blocks\. Keep --max-num-seqs \1, for which all"
        r" figures are calculated\.",
        sentence,
    )
    assert "needs_flags" not in warnings(STATES, "p5.48xlarge")


def test_the_flags_of_a_class_of_the_v0_engine_are_named() -> None:
    found = warnings("meta-llama/Llama-3.2-11B-Vision-Instruct", "g6e.xlarge", (0, 10, 0))

    assert "keep --max-num-seqs 16 and --max-num-batched-tokens 8192" in found["needs_flags"]


def test_as_many_sequences_as_the_v0_engine_defaults_to_need_no_flag() -> None:
    model, version = "meta-llama/Llama-3.2-11B-Vision-Instruct", (0, 10, 0)
    default, fewer = (
        warnings(model, "p5.48xlarge", version, engine=EngineOverrides(max_num_seqs=sequences))
        for sequences in (256, 255)
    )

    assert "needs_flags" not in default
    assert "keep --max-num-seqs 255" in fewer["needs_flags"]


def test_sequences_that_the_caller_fixes_above_the_blocks_for_states_are_warned_about() -> None:
    found = warnings(STATES, "p5.48xlarge", tensor_parallel=1, engine=EngineOverrides(max_num_seqs=1024))
    needed = re.search(
        r"--max-num-seqs (\d+)", warnings(STATES, "p5.48xlarge", tensor_parallel=1)["needs_flags"]
    )
    assert needed is not None

    assert re.fullmatch(
        r"The cache has (\d+) blocks for the states of this model, but vLLM needs one for each of 1,024"
        rf" sequences: set --max-num-seqs to {needed[1]} at most\.",
        found["states_limit_sequences"],
    )
    assert "needs_flags" not in found


def test_a_utilization_that_leaves_too_little_is_warned_about() -> None:
    """A T4 has 14.56 GiB, of which 0.96 leave 0.58."""
    found = warnings(MISTRAL, "g4dn.12xlarge", engine=EngineOverrides(gpu_memory_utilization=0.98))

    assert found["little_unused_memory"] == (
        "A GPU memory utilization of 0.98 leaves 0.3 GiB of each GPU for what vLLM allocates after the KV"
        " cache: graph capture and the sampler's warm-up may run out of memory. Choose 0.96 at most."
    )
    enough = EngineOverrides(gpu_memory_utilization=0.96)
    assert "little_unused_memory" not in warnings(MISTRAL, "g4dn.12xlarge", engine=enough)


def test_fewer_batched_tokens_than_sequences_are_warned_about() -> None:
    """`max_num_batched_tokens must be greater than or equal to max_num_seqs`, vllm/config/scheduler.py."""
    few, as_many = (EngineOverrides(max_num_seqs=256, max_num_batched_tokens=tokens) for tokens in (255, 256))

    assert warnings(MISTRAL, "g5.2xlarge", engine=few)["batched_tokens_below_sequences"] == (
        "vLLM does not start with 255 batched tokens and 256 sequences: choose at least as many tokens as"
        " sequences."
    )
    assert "batched_tokens_below_sequences" not in warnings(MISTRAL, "g5.2xlarge", engine=as_many)


def test_batches_that_do_not_hold_a_video_that_is_not_divided_are_warned_about() -> None:
    """Gemma 4 is profiled with a video of 32 x 78 tokens."""
    gemma, engine = "google/gemma-4-31B-it", EngineOverrides(max_num_batched_tokens=2048)

    assert (
        "choose 2,496 at least"
        in warnings(gemma, "p4de.24xlarge", engine=engine)["batched_tokens_below_image"]
    )
    assert "batched_tokens_below_image" not in warnings(gemma, "p4de.24xlarge")
    assert "batched_tokens_below_image" not in warnings(
        gemma, "p4de.24xlarge", engine=EngineOverrides(max_num_batched_tokens=2496)
    )


def test_batches_that_do_not_hold_the_context_are_warned_about_in_the_v0_engine() -> None:
    """A T4 runs in it up to 0.10.1."""
    model, engine = "Qwen/Qwen2.5-1.5B-Instruct", EngineOverrides(max_num_batched_tokens=4096)
    longer, as_long, later = (
        warnings(model, "g4dn.xlarge", version, engine=engine, max_model_len=length)
        for version, length in [((0, 9, 2), 4097), ((0, 9, 2), 4096), ((0, 19), 4097)]
    )

    assert longer["batched_tokens_below_context"] == (
        "vLLM does not start with 4,096 batched tokens, because the V0 engine, in which this version runs the"
        " model, does not divide prompts among batches: choose 4,097 at least, or a shorter context."
    )
    assert "batched_tokens_below_context" not in as_long
    assert "batched_tokens_below_context" not in later


def test_prompts_that_are_longer_than_a_batch_are_warned_about() -> None:
    engine = EngineOverrides(max_num_batched_tokens=1000)
    found = warnings(MISTRAL, "g5.2xlarge", engine=engine, input_tokens=2001)

    assert "takes 3 forward passes" in found["prompts_in_several_batches"]
    assert "prompts_in_several_batches" not in warnings(MISTRAL, "g5.2xlarge", engine=engine)
    assert "prompts_in_several_batches" not in warnings(
        MISTRAL, "g5.2xlarge", engine=engine, input_tokens=1000
    )


def test_fewer_sequences_than_requests_are_warned_about() -> None:
    found = warnings(MISTRAL, "g5.2xlarge", engine=EngineOverrides(max_num_seqs=8), concurrency=20)

    assert found["sequences_below_concurrency"] == (
        "vLLM runs 8 requests at once at most (max_num_seqs); the remaining 12 of 20 will queue."
    )
    assert "sequences_below_concurrency" not in warnings(
        MISTRAL, "g5.2xlarge", engine=EngineOverrides(max_num_seqs=8)
    )


def test_an_fp8_cache_without_a_backend_is_warned_about() -> None:
    engine = EngineOverrides(kv_cache_dtype="fp8_e5m2")
    latent = "deepseek-ai/DeepSeek-V2-Lite-Chat"

    assert warnings(latent, "p5.4xlarge", engine=engine)["no_fp8_cache"] == (
        "vLLM has no attention backend for a KV cache in FP8_E5M2 on H100: choose another cache dtype."
    )
    assert (
        "choose vLLM 0.11.1 to 0.23, or another"
        in warnings(MISTRAL, "g4dn.12xlarge", engine=engine)["no_fp8_cache"]
    )
    assert "no_fp8_cache" not in warnings(MISTRAL, "g5.2xlarge", engine=engine)


def test_eager_mode_has_its_price_and_its_gain() -> None:
    engine = EngineOverrides(enforce_eager=True)
    found = warnings(MISTRAL, "g5.2xlarge", engine=engine)["eager_mode"]

    assert re.match(r"enforce_eager gives the KV cache of each GPU another [\d.]+ GiB, but without", found)
    assert (
        "does not enlarge the KV cache"
        in warnings(MISTRAL, "g5.2xlarge", (0, 16), engine=engine)["eager_mode"]
    )


def test_eager_mode_is_not_warned_about_where_the_model_does_not_start_without() -> None:
    engine = EngineOverrides(enforce_eager=True)

    assert "eager_mode" not in warnings("zai-org/glm-4-9b", "g5.4xlarge", engine=engine)


def context_with(engine: EngineOverrides, **sizes: int) -> WarningContext:
    """Mistral 7B on an A10G under 0.19, with some of its budget replaced."""
    model, place = real_model(MISTRAL), instance("g5.xlarge")
    plan = best_plan(model, place, behavior=behavior_of((0, 19)), engine=engine)
    assert isinstance(plan, Plan)
    return WarningContext(
        model=model,
        instance=place,
        gpu=gpu_of(place),
        plan=replace(plan, budget=replace(plan.budget, **sizes)),
        overrides=NO_OVERRIDES,
        cheaper=None,
        at_load=None,
    )


@pytest.mark.parametrize(("unused_bytes", "is_little"), [(GIB // 2, False), (GIB // 2 - 1, True)])
def test_half_a_gib_outside_of_what_vllm_takes_is_enough(unused_bytes: int, *, is_little: bool) -> None:
    context = context_with(NO_ENGINE_OVERRIDES, visible_bytes=24 * GIB, usable_bytes=24 * GIB - unused_bytes)

    assert (LEVER_WARNINGS["little_unused_memory"](context) is not None) is is_little


@pytest.mark.parametrize(
    ("gained_bytes", "expected"),
    [
        (GIB // 20, "gives the KV cache of each GPU another 0"),
        (GIB // 20 - 1, "does not enlarge the KV cache"),
    ],
)
def test_a_gain_of_less_than_a_twentieth_of_a_gib_is_none(gained_bytes: int, expected: str) -> None:
    """The gain is over what the cache has with graphs."""
    engine = EngineOverrides(enforce_eager=True)
    eager, graphs = (context_with(each).plan.budget for each in (engine, NO_ENGINE_OVERRIDES))
    usable_bytes = eager.usable_bytes + graphs.kv_cache_bytes - eager.kv_cache_bytes + gained_bytes

    assert expected in str(LEVER_WARNINGS["eager_mode"](context_with(engine, usable_bytes=usable_bytes)))
