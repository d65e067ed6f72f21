"""A plan as `vllm serve` arguments."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.planning.plan import Plan, best_plan
from recommender.planning.serve_arguments import serve_arguments
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.quantization import FP8, INT8, Quantization
from recommender.vllm.version import Version


def planned(model_id: str, on: str, quantization: Quantization | None = None) -> Plan:
    plan = best_plan(real_model(model_id), instance(on), quantization)
    assert isinstance(plan, Plan)
    return plan


def test_every_limit_that_the_memory_was_calculated_for_is_an_argument() -> None:
    plan = planned("mistralai/Mistral-7B-Instruct-v0.3", "g5.12xlarge")

    assert serve_arguments(plan) == (
        *("--tensor-parallel-size", "4"),
        *("--max-model-len", "32768"),
        *("--gpu-memory-utilization", "0.9"),
        *("--max-num-seqs", "256"),
        *("--max-num-batched-tokens", "2048"),
    )


def test_a_dtype_is_given_where_the_gpu_does_not_support_the_checkpoints_own() -> None:
    arguments = serve_arguments(planned("Qwen/Qwen3-8B", "g4dn.12xlarge"))

    assert arguments[-2:] == ("--dtype", "float16")


def test_only_quantization_while_loading_has_a_flag() -> None:
    model_id, on = "meta-llama/Llama-3.1-8B-Instruct", "g6.xlarge"

    assert serve_arguments(planned(model_id, on, FP8))[-2:] == ("--quantization", "fp8")
    assert "--quantization" not in serve_arguments(planned(model_id, on, INT8))


def test_the_arguments_follow_the_plan() -> None:
    plan = dataclasses.replace(planned("Qwen/Qwen3-8B", "g5.xlarge"), max_model_len=1000)

    assert "1000" in serve_arguments(plan)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 8, 4), "image=0,video=0"),
        ((0, 8, 5), '{"image": 0, "video": 0}'),
        (None, '{"image": 0, "video": 0}'),
    ],
)
def test_images_are_excluded_in_json_from_0_8_5_on(version: Version | None, expected: str) -> None:
    """`nullable_kvs` in `vllm/engine/arg_utils.py` of 0.8.4."""
    model, engine = real_model("google/gemma-3-4b-it"), EngineOverrides(language_model_only=True)
    plan = best_plan(model, instance("g6.xlarge"), behavior=behavior_of(version), engine=engine)
    assert isinstance(plan, Plan)

    assert serve_arguments(plan)[-2:] == ("--limit-mm-per-prompt", expected)


def test_a_cache_in_fp8_is_an_argument() -> None:
    engine = EngineOverrides(kv_cache_dtype="fp8")
    plan = best_plan(real_model("Qwen/Qwen3-8B"), instance("g6.xlarge"), engine=engine)
    assert isinstance(plan, Plan)

    assert serve_arguments(plan)[-2:] == ("--kv-cache-dtype", "fp8")


def test_a_deprecated_method_is_allowed_where_the_answer_is_for_every_version() -> None:
    """vLLM deprecates `fbgemm_fp8` from 0.14 on."""
    arguments = serve_arguments(planned("meta-llama/Llama-3.1-405B-Instruct-FP8", "p5.48xlarge"))

    assert arguments[-1] == "--allow-deprecated-quantization"


def test_mistrals_own_format_is_asked_for() -> None:
    """`auto` finds the configuration, but before 0.12 neither its files nor its tokenizer."""
    plan = planned("mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge")
    engine_args = dataclasses.replace(plan.budget.engine_args, is_in_mistral_format=True)
    budget = dataclasses.replace(plan.budget, engine_args=engine_args)

    assert serve_arguments(dataclasses.replace(plan, budget=budget))[-6:] == (
        *("--tokenizer-mode", "mistral"),
        *("--config-format", "mistral"),
        *("--load-format", "mistral"),
    )
