"""Warnings about values, each with its condition and only then."""

from dataclasses import replace
from typing import Any

import pytest
from support.instances import instance
from support.metadata import real_model
from support.warned import warnings

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.messages.value_warnings import VALUE_WARNINGS
from recommender.messages.warning_context import WarningContext
from recommender.planning.overrides import NO_OVERRIDES
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


@pytest.mark.parametrize(
    ("code", "model", "on", "overrides", "without", "sentence"),
    [
        (
            "tp_exceeds_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 8},
            {"tensor_parallel": 4},
            (
                "This instance has only 4 GPUs, so vLLM cannot start with a tensor parallel degree of 8:"
                " choose 1, 2 or 4."
            ),
        ),
        (
            "tp_not_accepted",
            "microsoft/phi-4",
            "g5.48xlarge",
            {"tensor_parallel": 4},
            {"tensor_parallel": 2},
            (
                "vLLM does not accept a tensor parallel degree of 4, because it does not evenly divide the"
                " model's 10 KV heads: choose 1 or 2. The memory figures are for a degree of 2."
            ),
        ),
        (
            "memory_exceeded",
            "Qwen/Qwen2.5-32B-Instruct",
            "g5.12xlarge",
            {"tensor_parallel": 1},
            {"tensor_parallel": 4},
            (
                "tokens, more than the 19.8 GiB that vLLM may use: use more GPUs, a quantization or a larger"
                " instance."
            ),
        ),
        (
            "context_above_limit",
            MISTRAL,
            "p5.48xlarge",
            {"max_model_len": 40_000},
            {"max_model_len": 32_768},
            (
                "vLLM does not accept a context of 40,000 tokens for this model: choose at most 32,768, the"
                " model's own limit."
            ),
        ),
        (
            "context_above_cache",
            "meta-llama/Llama-3.1-8B-Instruct",
            "g5.xlarge",
            {"max_model_len": 100_000},
            {"max_model_len": 8192},
            (
                "has no room for one request of 100,000 tokens, so vLLM would not start: choose a shorter"
                " context."
            ),
        ),
        (
            "workload_above_context",
            MISTRAL,
            "g5.xlarge",
            {"max_model_len": 600, "input_tokens": 512, "output_tokens": 256},
            {"max_model_len": 768, "input_tokens": 512, "output_tokens": 256},
            (
                "A request of 512 input and 256 output tokens has 768 tokens, more than the context of 600,"
                " so vLLM would reject or truncate it: shorten the requests or raise the context."
            ),
        ),
        (
            "requests_queue",
            MISTRAL,
            "g5.xlarge",
            {"concurrency": 60},
            {"concurrency": 51},
            (
                "The KV cache holds 54 requests of 768 tokens at once; the remaining 6 of 60 requests will"
                " queue."
            ),
        ),
    ],
)
def test_an_override_is_warned_about(
    code: str, model: str, on: str, overrides: dict[str, Any], without: dict[str, Any], sentence: str
) -> None:
    assert warnings(model, on, **overrides)[code].endswith(sentence)
    assert code not in warnings(model, on, **without)


def test_native_precision_that_does_not_fit_is_warned_about() -> None:
    sentence = warnings("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none")["memory_exceeded"]

    assert sentence == (
        "Each GPU would need 27.6 GiB for weights, 3.8 GiB for vLLM's overhead and 0.1 GiB for a KV cache of"
        " 512 tokens, more than the 19.8 GiB that vLLM may use: use more GPUs, a quantization or a larger"
        " instance."
    )


def test_a_cache_of_no_bytes_exceeds_the_memory() -> None:
    """Not a cache that is too small for the context."""
    plan = best_plan(real_model(MISTRAL), instance("g5.xlarge"))
    assert isinstance(plan, Plan)
    left = plan.budget.usable_bytes - plan.budget.weight_bytes
    none, some = (warnings(MISTRAL, "g5.xlarge", overhead_bytes=left - more) for more in (0, 1))

    assert "memory_exceeded" in none
    assert "context_above_cache" not in none
    assert "memory_exceeded" not in some
    assert "context_above_cache" in some


@pytest.mark.parametrize(
    ("sequences", "code"),
    [(54, "sequences_below_concurrency"), (55, "sequences_below_concurrency"), (56, "requests_queue")],
)
def test_what_limits_the_requests_at_once_is_warned_about(sequences: int, code: str) -> None:
    """With the overhead of so few sequences the cache holds 56 requests."""
    found = warnings(MISTRAL, "g5.xlarge", engine=EngineOverrides(max_num_seqs=sequences), concurrency=80)

    assert {"sequences_below_concurrency", "requests_queue"} & set(found) == {code}


def test_the_profile_of_a_video_is_warned_about_with_what_it_costs() -> None:
    """Qwen2.5-VL 7B at a context of 65,536: an encoder's peak of 8.8 GiB where the sampler has 1.1.

    The encoder's layers, which are not loaded either, have another 0.9 GiB.
    """
    text = warnings("Qwen/Qwen2.5-VL-7B-Instruct", "g6e.xlarge", max_model_len=65_536)["multimodal_profile"]

    assert "a video of 65,536 tokens" in text
    assert "gives the KV cache of each GPU another 8.7 GiB." in text
    assert "`--limit-mm-per-prompt.image 0 --limit-mm-per-prompt.video 0`" in text


@pytest.mark.parametrize(("gained_bytes", "is_large"), [(GIB, True), (GIB - 1, False)])
def test_a_profile_of_a_gib_is_worth_a_warning(gained_bytes: int, *, is_large: bool) -> None:
    """The gain is over what the cache has with the encoder."""
    model, place = real_model("Qwen/Qwen2.5-VL-7B-Instruct"), instance("g6e.xlarge")
    plan = best_plan(model, place, behavior=behavior_of((0, 19)))
    assert isinstance(plan, Plan)
    text_only = replace(plan.budget.engine_args, language_model_only=True)
    without = budget(model, gpu_of(place), 1, engine_args=text_only).kv_cache_bytes
    usable_bytes = plan.budget.usable_bytes + without - plan.budget.kv_cache_bytes - gained_bytes
    context = WarningContext(
        model=model,
        instance=place,
        gpu=gpu_of(place),
        plan=replace(plan, budget=replace(plan.budget, usable_bytes=usable_bytes)),
        overrides=NO_OVERRIDES,
        cheaper=None,
        at_load=None,
    )

    assert (VALUE_WARNINGS["multimodal_profile"](context) is not None) is is_large


def test_versions_before_0_9_take_limits_in_one_argument() -> None:
    before, after = (
        warnings("Qwen/Qwen2.5-VL-7B-Instruct", "g6e.xlarge", version)["multimodal_profile"]
        for version in ((0, 8, 5), (0, 9, 0))
    )

    assert "`--limit-mm-per-prompt image=0,video=0`" in before
    assert "`--limit-mm-per-prompt.image 0 --limit-mm-per-prompt.video 0`" in after
