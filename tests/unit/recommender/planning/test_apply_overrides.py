"""Values that a person fixed, what follows from them, and what is wrong with them."""

import dataclasses
import re
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB
from recommender.messages.warnings import WARNING_CODES
from recommender.model import HubMetadata
from recommender.planning.overrides import Overrides
from recommender.recommend import Feasible, Infeasible, recommend

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def wished(model: str | HubMetadata, on: str | Instance, **overrides: Any) -> Feasible:
    metadata = real(model) if isinstance(model, str) else model
    place = instance(on) if isinstance(on, str) else on
    answer = recommend(metadata, place, ALL, overrides=Overrides(**overrides))
    assert isinstance(answer, Feasible)
    return answer


def codes(answer: Feasible) -> list[str]:
    return [warning.code for warning in answer.warnings]


def text(answer: Feasible, code: str) -> str:
    return next(warning.text for warning in answer.warnings if warning.code == code)


def test_what_is_fixed_is_in_the_answer() -> None:
    plan = wished(
        MISTRAL,
        "g5.12xlarge",
        tensor_parallel=2,
        quantization="fp8",
        max_model_len=5000,
        concurrency=7,
        input_tokens=300,
        output_tokens=40,
        overhead_bytes=3 * GIB,
    ).plan

    assert plan.tensor_parallel == 2
    assert plan.quantization is not None
    assert plan.quantization.name == "fp8"
    assert (plan.max_model_len, plan.concurrency) == (5000, 7)
    assert (plan.workload.input_tokens, plan.workload.output_tokens) == (300, 40)
    assert plan.budget.overhead.total_bytes == 3 * GIB


def test_a_fixed_degree_changes_the_memory() -> None:
    one, four = (wished(MISTRAL, "g5.12xlarge", tensor_parallel=degree).plan for degree in (1, 4))

    assert one.budget.weight_bytes > 3 * four.budget.weight_bytes
    assert one.max_concurrent_requests < four.max_concurrent_requests


def test_a_degree_that_divides_nothing_is_answered_with_the_memory_of_the_nearest_below() -> None:
    """Gemma 4's windows have 16 KV heads and its other layers 4: no third of them can be put together."""
    two, three = (wished("google/gemma-4-31B-it", "g5.12xlarge", tensor_parallel=n) for n in (2, 3))

    assert three.plan.tensor_parallel == 3
    assert three.plan.budget == two.plan.budget
    assert "tp_not_accepted" in codes(three)


def test_a_longer_workload_lowers_the_concurrency() -> None:
    usual, longer = (
        wished(MISTRAL, "g5.xlarge", input_tokens=tokens, output_tokens=256).plan for tokens in (512, 4096)
    )

    assert longer.concurrency < usual.concurrency
    assert longer.concurrency == longer.max_concurrent_requests


def test_more_overhead_leaves_less_cache() -> None:
    less, more = (wished(MISTRAL, "g5.xlarge", overhead_bytes=gib * GIB).plan for gib in (1, 3))

    assert less.budget.kv_cache_bytes - more.budget.kv_cache_bytes == 2 * GIB


def test_a_fixed_value_is_explained_by_the_recommended_one() -> None:
    other = wished(MISTRAL, "g5.12xlarge", tensor_parallel=2, max_model_len=4096).explanation
    same = wished(MISTRAL, "g5.12xlarge", concurrency=64).explanation

    assert other.tensor_parallel_degree.startswith("2, as asked for; 4 is recommended. All 4 A10G GPUs")
    assert other.max_model_len.startswith("4,096, as asked for; 32,768 is recommended.")
    assert same.concurrency.startswith("As asked for, and as recommended.")


def test_native_precision_may_be_asked_for_where_it_does_not_fit() -> None:
    answer = wished("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none")

    assert answer.plan.quantization is None
    assert answer.explanation.quantization.startswith("none, as asked for; fp8 is recommended.")
    assert "Estimated memory 29." in text(answer, "memory_exceeded")
    assert "exceeds available 19.8 GiB" in text(answer, "memory_exceeded")
    assert "does not hold the model: 27.6 GiB of weights and" in answer.explanation.tensor_parallel_degree


def test_a_model_that_fits_in_no_way_stays_refused() -> None:
    llama_70b = real("meta-llama/Llama-3.1-70B-Instruct")
    answer = recommend(llama_70b, instance("g5.xlarge"), ALL, overrides=Overrides(tensor_parallel=1))

    assert isinstance(answer, Infeasible)


@pytest.mark.parametrize(
    ("code", "model", "on", "overrides", "without", "sentence"),
    [
        (
            "tp_exceeds_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 8},
            {"tensor_parallel": 4},
            "This instance only has 4 GPUs: a tensor parallel degree of 8 cannot start; choose 1, 2 or 4.",
        ),
        (
            "tp_not_accepted",
            "microsoft/phi-4",
            "g5.48xlarge",
            {"tensor_parallel": 4},
            {"tensor_parallel": 2},
            "40 attention heads, 10 KV heads and feed-forward width of 17,920; choose 1 or 2. The memory is",
        ),
        (
            "memory_exceeded",
            "Qwen/Qwen2.5-32B-Instruct",
            "g5.12xlarge",
            {"tensor_parallel": 1},
            {"tensor_parallel": 4},
            "exceeds available 19.8 GiB on each GPU",
        ),
        (
            "context_above_limit",
            MISTRAL,
            "p5.48xlarge",
            {"max_model_len": 40_000},
            {"max_model_len": 32_768},
            "vLLM refuses a context of 40,000 tokens: choose at most 32,768, the model's own limit.",
        ),
        (
            "context_above_cache",
            "meta-llama/Llama-3.1-8B-Instruct",
            "g5.xlarge",
            {"max_model_len": 100_000},
            {"max_model_len": 8192},
            "has no room for one request of 100,000 tokens",
        ),
        (
            "requests_queue",
            MISTRAL,
            "g5.xlarge",
            {"concurrency": 60},
            {"concurrency": 55},
            "The KV cache holds 55 requests of 768 tokens at once: of 60 the others will queue.",
        ),
        (
            "no_fp8_arithmetic",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "fp8"},
            {"quantization": "int8"},
            "A10G does not compute in FP8",
        ),
        (
            "no_int8_arithmetic",
            MISTRAL,
            "p6-b200.48xlarge",
            {"quantization": "int8"},
            {"quantization": "fp8"},
            "vLLM has no INT8 kernels for B200",
        ),
        (
            "needs_prepared_checkpoint",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "int4"},
            {"quantization": "fp8"},
            "already quantized to INT4",
        ),
        (
            "quantized_already",
            "Qwen/Qwen2.5-7B-Instruct-AWQ",
            "g5.xlarge",
            {"quantization": "fp8"},
            {},
            "The checkpoint is quantized already (awq) and runs as it is; fp8 was passed over.",
        ),
        (
            "fewer_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 2},
            {},
            "2 of 4 GPUs would be used",
        ),
    ],
)  # fmt: skip
def test_a_warning_appears_with_its_condition_and_only_then(
    code: str, model: str, on: str, overrides: dict[str, Any], without: dict[str, Any], sentence: str
) -> None:
    warned, calm = wished(model, on, **overrides), wished(model, on, **without)

    assert sentence in text(warned, code)
    assert code not in codes(calm)


def test_a_workload_longer_than_the_context_is_warned_about() -> None:
    answer = wished(MISTRAL, "g5.xlarge", max_model_len=600, input_tokens=512, output_tokens=256)

    assert "512 tokens in and 256 out are 768, more than the context of 600" in text(
        answer, "workload_above_context"
    )


def test_little_host_memory_is_warned_about() -> None:
    enough = dataclasses.replace(instance("g5.xlarge"), memory_gib=32)
    little = dataclasses.replace(instance("g5.xlarge"), memory_gib=8)

    assert "8 GiB of host memory, less than the 13.5 GiB" in text(
        wished(MISTRAL, little), "little_host_memory"
    )
    assert "little_host_memory" not in codes(wished(MISTRAL, enough))


def test_states_that_limit_the_sequences_are_warned_about() -> None:
    answer = wished("Qwen/Qwen3.8-27B", "p5.48xlarge", tensor_parallel=1)

    assert re.search(
        r"has \d+ blocks for the states .* each of 1024 sequences", text(answer, "states_limit_sequences")
    )
    assert "states_limit_sequences" not in codes(wished("Qwen/Qwen3.8-27B", "p5.48xlarge"))


def test_warnings_come_in_a_fixed_order() -> None:
    answer = wished(
        "microsoft/phi-4", "g5.12xlarge", tensor_parallel=8, quantization="int8", max_model_len=10**6
    )
    found = codes(answer)

    assert len(found) >= 5
    assert found == sorted(found, key=WARNING_CODES.index)


def test_impossible_wishes_are_answered_all_the_same() -> None:
    answer = wished(
        llama(),
        "g5.xlarge",
        tensor_parallel=1024,
        max_model_len=10**9,
        concurrency=10**9,
        input_tokens=10**9,
        output_tokens=10**9,
        overhead_bytes=10_000 * GIB,
    )

    assert {"tp_exceeds_gpus", "memory_exceeded", "context_above_limit"} <= set(codes(answer))
