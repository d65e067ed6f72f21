"""Why each value of a configuration is what it is."""

import dataclasses
import re
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from local.embedded.snapshot import load_snapshot
from recommender.hardware.instance import Instance
from recommender.messages.explanations import Explanation
from recommender.model import HubMetadata
from recommender.planning.overrides import Overrides
from recommender.recommend import Feasible, recommend

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
_MODEL_IDS = sorted(load_snapshot().repos)


def explained(model: str | HubMetadata, on: str | Instance, **overrides: Any) -> Explanation:
    metadata = real(model) if isinstance(model, str) else model
    place = instance(on) if isinstance(on, str) else on
    answer = recommend(metadata, place, ALL, overrides=Overrides(**overrides))
    assert isinstance(answer, Feasible)
    return answer.explanation


def test_a_fixed_value_is_explained_with_the_recommended_one() -> None:
    other = explained(MISTRAL, "g5.12xlarge", tensor_parallel=2, max_model_len=4096)
    same = explained(MISTRAL, "g5.12xlarge", concurrency=64)

    assert other.tensor_parallel_degree.startswith(
        "2 as requested; 4 is recommended. TP 4 uses all 4 A10G GPUs"
    )
    assert other.max_model_len.startswith("4,096 as requested; 32,768 is recommended.")
    assert same.concurrency.startswith("As requested, and as recommended.")


def test_one_gpu_is_explained_by_weights_and_cache() -> None:
    assert explained(MISTRAL, "g5.xlarge").tensor_parallel_degree == (
        "g5.xlarge has one A10G, and the model fits: of the 19.8 GiB that vLLM may use, 13.5 GiB of weights"
        " leave 5.1 GiB for the KV cache."
    )


def test_a_degree_that_does_not_hold_the_model_is_explained_by_the_shortage() -> None:
    sentence = explained("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none").tensor_parallel_degree

    assert sentence.startswith(
        "The model does not fit on the L4 of g6.xlarge: each GPU would need 27.6 GiB for weights and"
    )
    assert sentence.endswith("for vLLM's overhead, and vLLM may use 19.8 GiB.")


def test_pcie_is_said_to_cost_throughput() -> None:
    pcie, nvlink, alone = (
        explained(MISTRAL, name).tensor_parallel_degree
        for name in ("g5.12xlarge", "p4d.24xlarge", "g5.xlarge")
    )

    assert "connected by PCIe only" in pcie
    assert "TP 1 or 2 would also hold the model" in pcie
    assert "PCIe" not in nvlink + alone


def test_idle_gpus_are_explained_by_the_shape_of_the_model() -> None:
    seven = dataclasses.replace(instance("p5.48xlarge"), accelerator_count=7, accelerator_memory_gib=560)
    latent = explained("deepseek-ai/DeepSeek-V2-Lite-Chat", seven).tensor_parallel_degree
    blocks = explained("Qwen/Qwen3-30B-A3B-FP8", "g6e.12xlarge").tensor_parallel_degree

    assert "vLLM does not accept TP 7: it does not evenly divide the model's 16 attention heads." in latent
    assert (
        "vLLM does not accept TP 4: each GPU's share of the expert width, 192, would not be a multiple of the"
        " 128 quantized weights that share a scale." in blocks
    )


def test_bitsandbytes_is_explained_to_run_on_one_gpu() -> None:
    sentence = explained("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "g5.12xlarge").tensor_parallel_degree

    assert sentence.endswith(
        "vLLM does not accept TP 4: it runs pre-quantized bitsandbytes checkpoints on one GPU only."
    )


def test_degrees_that_would_replicate_kv_heads_are_offered_with_their_cost() -> None:
    """Nemotron 3 Super has 2 KV heads, and two H200 hold its 114 GiB in FP8."""
    explained_on = instance("p5en.48xlarge")
    sentence = explained("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", explained_on).tensor_parallel_degree

    assert (
        "TP 4 or 8 would start too, with a copy of each of the model's 2 KV heads on several GPUs: TP 8"
        " leaves" in sentence
    )
    assert sentence.endswith("but each token takes as much of it on every GPU as with TP 2.")


def test_replicated_kv_heads_are_mentioned() -> None:
    sentence = explained("Qwen/Qwen3-235B-A22B", "p4d.24xlarge").tensor_parallel_degree

    assert "The model has only 4 KV heads, so vLLM replicates each on 2 GPUs." in sentence


def test_native_precision_is_explained_by_the_room_that_the_weights_leave() -> None:
    assert explained(MISTRAL, "g5.xlarge").quantization == (
        "Not needed: in BF16 the weights take 13.5 GiB of the 19.8 GiB that vLLM may use on each A10G (90% of"
        " what CUDA reports)."
    )
    assert (
        "in FP16 the weights" in explained("meta-llama/Llama-3.1-8B-Instruct", "g4dn.12xlarge").quantization
    )


def test_a_quantized_checkpoint_is_not_quantized_further() -> None:
    sentence = explained("Qwen/Qwen2.5-7B-Instruct-AWQ", "g5.xlarge").quantization

    assert sentence.startswith("Nothing to add: the checkpoint is already quantized (awq), and the weights")


@pytest.mark.parametrize(
    ("model_id", "on", "start", "end"),
    [
        (
            "meta-llama/Llama-3.1-8B-Instruct",
            "g4dn.xlarge",
            (
                "INT8: the weights take 15 GiB in FP16 and do not fit in the 16 GiB of g4dn.xlarge together"
                " with a KV cache; in INT8 they take 8.5 GiB."
            ),
            "T4 has no FP8 arithmetic. This needs a pre-quantized checkpoint of the model.",
        ),
        (
            "Qwen/Qwen2.5-32B-Instruct",
            "g6e.xlarge",
            "FP8: the weights take 61 GiB in BF16 and do not fit in the 48 GiB of g6e.xlarge",
            "vLLM quantizes the model while loading it; embeddings and output head stay in BF16.",
        ),
        (
            "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
            "g6.xlarge",
            "INT4: the weights take",
            "FP8 would not be small enough. This needs a pre-quantized checkpoint of the model.",
        ),
    ],
)
def test_a_quantization_is_explained_by_what_does_not_fit(
    model_id: str, on: str, start: str, end: str
) -> None:
    sentence = explained(model_id, on).quantization

    assert sentence.startswith(start)
    assert sentence.endswith(end)


def test_only_the_memory_of_gpus_that_the_model_can_use_counts() -> None:
    """Falcon 7B has 71 attention heads, so it runs on one of eight GPUs."""
    sentence = explained("tiiuae/falcon-7b-instruct", "g4dn.metal").quantization

    assert "the 16 GiB of one GPU, the most that this model can use of g4dn.metal" in sentence


@pytest.mark.parametrize(
    ("model_id", "on", "expected"),
    [
        (MISTRAL, "g5.xlarge", "32,768 tokens is the model's own limit; the KV cache of"),
        (
            "Qwen/Qwen3-8B",
            "p5.48xlarge",
            "32,768 tokens is the largest power of two within the model's limit of",
        ),
        (
            "Qwen/Qwen2.5-72B-Instruct",
            "g6.48xlarge",
            "is the largest power of two that fits in the KV cache of",
        ),
    ],
)
def test_the_context_is_limited_by_the_model_or_by_the_cache(model_id: str, on: str, expected: str) -> None:
    assert expected in explained(model_id, on).max_model_len


def test_a_context_that_does_not_start_refers_to_the_warnings() -> None:
    sentence = explained("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none").max_model_len

    assert sentence == (
        "512 tokens is the shortest context worth running, but vLLM would not start (see the warnings)."
    )


@pytest.mark.parametrize(
    ("model_id", "on", "overrides", "expected"),
    [
        (MISTRAL, "g5.xlarge", {}, "54 requests of 768 tokens (512 in, 256 out) fit in the KV cache of"),
        (MISTRAL, "p5.48xlarge", {}, "64 is the maximum for a benchmark run; the KV cache of"),
        (
            MISTRAL,
            "g5.xlarge",
            {"input_tokens": 30_000},
            "1 request of 30256 tokens (30000 in, 256 out) fits in",
        ),
        (
            "Qwen/Qwen2.5-14B-Instruct",
            "g6.xlarge",
            {"quantization": "none"},
            "Not even one request of 512 tokens (341 in, 171 out) would run (see the warnings).",
        ),
    ],
    ids=["several", "more than the form accepts", "one", "none"],
)
def test_the_concurrency_is_explained_by_the_requests_in_the_cache(
    model_id: str, on: str, overrides: dict[str, Any], expected: str
) -> None:
    assert explained(model_id, on, **overrides).concurrency.startswith(expected)


def test_only_a_workload_that_is_not_the_default_is_explained() -> None:
    short = explained(llama(max_position_embeddings=512), "g5.xlarge").input_sequence_length
    fixed = explained(llama(), "g5.xlarge", input_tokens=1000).input_sequence_length

    assert explained(llama(), "g5.xlarge").input_sequence_length is None
    assert short == (
        "341 input tokens and 171 output tokens instead of 512 and 256: together they have to fit in the"
        " context of 512 tokens."
    )
    assert fixed == "1,000 input tokens and 256 output tokens, as requested; the defaults are 512 and 256."


@pytest.mark.parametrize("model_id", _MODEL_IDS)
def test_the_sentences_about_every_model_agree_with_its_figures(model_id: str) -> None:
    for instance_type in ("g4dn.xlarge", "g5.12xlarge", "g6e.xlarge", "p4d.24xlarge", "p5.48xlarge"):
        answer = recommend(real(model_id), instance(instance_type), ALL)
        if not isinstance(answer, Feasible):
            assert answer.reason.endswith(".")
            continue
        plan, sentences = answer.plan, answer.explanation
        assert f"{plan.max_model_len:,}" in sentences.max_model_len
        assert f"{plan.concurrency} " in sentences.concurrency
        assert instance_type in sentences.tensor_parallel_degree
        if plan.quantization is not None:
            assert sentences.quantization.startswith(plan.quantization.label)
        for sentence in (
            sentences.tensor_parallel_degree,
            sentences.quantization,
            *(warning.text for warning in answer.warnings),
        ):
            assert not re.search(r"\d\.\d\d+ GiB|-\d+ GiB|None|\b1 (heads|GPUs|requests)\b", sentence)
