"""Why each value of a configuration is what it is."""

import re
from typing import Any

import pytest
from support.explained import MISTRAL, explained
from support.instances import ALL, instance
from support.metadata import llama, real

from local.embedded.snapshot import load_snapshot
from recommender.hardware.units import GIB
from recommender.recommend import recommend
from recommender.recommendation import Feasible
from recommender.vllm.engine_args import EngineOverrides

_MODEL_IDS = sorted(load_snapshot().repos)


def test_a_fixed_value_is_explained_with_the_recommended_one() -> None:
    other = explained(MISTRAL, "g5.12xlarge", tensor_parallel=2, max_model_len=4096)

    assert other.tensor_parallel_degree.startswith(
        "2 as requested; 4 is recommended. TP 2 uses 2 of the 4 A10G GPUs"
    )
    assert other.max_model_len.startswith(
        "4,096 as requested; 32,768 is recommended. The KV cache of 195,008 tokens has room for 47 requests"
        " of that length"
    )


def test_a_fixed_value_that_repeats_the_recommended_one_reads_like_the_recommendation() -> None:
    recommended = explained(MISTRAL, "g5.12xlarge")
    repeated = {
        "tensor_parallel": 4,
        "quantization": "none",
        "max_model_len": 32_768,
        "concurrency": 64,
        "input_tokens": 512,
        "output_tokens": 256,
    }

    assert explained(MISTRAL, "g5.12xlarge", **repeated) == recommended


@pytest.mark.parametrize(
    ("model_id", "on", "overrides", "expected"),
    [
        (
            "Qwen/Qwen2.5-1.5B-Instruct",
            "g4dn.xlarge",
            {"engine": EngineOverrides(max_num_batched_tokens=3000)},
            (
                "2,048 tokens is the largest power of two within a batch of 3,000, because the V0 engine, in"
                " which this version runs the model, does not divide prompts; the model itself supports"
                " 32,768."
            ),
        ),
        # A batch of 131,072 tokens would take 6.2 GiB of a T4 more than one of 2,048.
        (
            "meta-llama/Llama-3.1-8B-Instruct",
            "g4dn.12xlarge",
            {},
            (
                "65,536 tokens is the largest power of two with which vLLM starts, because its overhead grows"
                " with the context; the model itself supports 131,072."
            ),
        ),
    ],
)
def test_a_context_in_the_v0_engine_is_limited_by_its_batch(
    model_id: str, on: str, overrides: dict[str, Any], expected: str
) -> None:
    assert explained(model_id, on, (0, 9, 2), **overrides).max_model_len == expected


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


def test_only_the_default_of_longrope_is_shorter_than_the_limit() -> None:
    """Phi-4 mini: 4096 tokens in the original scale, and 131,072 with the factors for long texts."""
    phi = explained("microsoft/Phi-4-mini-instruct", "p5.48xlarge").max_model_len

    assert phi.endswith(" Without the flag vLLM takes 4,096 (longrope).")
    assert "longrope" not in explained(MISTRAL, "g5.xlarge").max_model_len


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
            "p5.48xlarge",
            {"engine": EngineOverrides(max_num_seqs=64)},
            "64 is the maximum for a benchmark run; the KV cache of",
        ),
        (
            MISTRAL,
            "p5.48xlarge",
            {"engine": EngineOverrides(max_num_seqs=63)},
            "vLLM runs 63 requests at once (max_num_seqs); the KV cache of",
        ),
        # 31,288 blocks of 16 tokens: 64.1 requests of 488 blocks.
        (
            MISTRAL,
            "g5.12xlarge",
            {"input_tokens": 7552},
            "64 requests of 7,808 tokens (7,552 in, 256 out) fit in the KV cache of 500,608 tokens at once.",
        ),
        (
            MISTRAL,
            "g5.xlarge",
            {"input_tokens": 30_000},
            "1 request of 30,256 tokens (30,000 in, 256 out) fits in",
        ),
        (
            "Qwen/Qwen2.5-14B-Instruct",
            "g6.xlarge",
            {"quantization": "none"},
            "Not even one request of 512 tokens (341 in, 171 out) would run (see the warnings).",
        ),
    ],
    ids=[
        "several",
        "more than the form accepts",
        "as many sequences as the form accepts",
        "fewer sequences than the form accepts",
        "as many as the form accepts",
        "one",
        "none",
    ],
)
def test_the_concurrency_is_explained_by_the_requests_in_the_cache(
    model_id: str, on: str, overrides: dict[str, Any], expected: str
) -> None:
    assert explained(model_id, on, **overrides).concurrency.startswith(expected)


def test_the_concurrency_is_explained_by_the_requested_workload() -> None:
    sentence = explained(MISTRAL, "g5.12xlarge", input_tokens=30_000, concurrency=200).concurrency

    assert sentence == (
        "200 as requested; 16 is recommended. 16 requests of 30,256 tokens (30,000 in, 256 out) fit in the KV"
        " cache of 500,608 tokens at once."
    )


def test_a_fixed_value_that_does_not_start_is_not_called_recommended() -> None:
    """32,768 tokens are recommended for four GPUs and for one, but not with 12 GiB of overhead."""
    overhead = {"overhead_bytes": 12 * GIB, "tensor_parallel": 1}
    sentences = explained(MISTRAL, "g5.12xlarge", max_model_len=32_768, **overhead)

    assert sentences.max_model_len == (
        "32,768 as requested. Not even one request of 32,768 tokens fits, so vLLM would not start (see the"
        " warnings)."
    )
    assert sentences.production_note == "vLLM would not start with these values (see the warnings)."


def test_the_production_note_counts_requests_of_the_whole_context() -> None:
    assert explained(MISTRAL, "g5.xlarge").production_note == (
        "In production, the KV cache holds 1 request of the whole context of 32,768 tokens at once; further"
        " ones wait, and shorter ones leave room for more."
    )


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
            assert f" In {plan.quantization.label} the weights take" in sentences.quantization
        for sentence in (
            sentences.tensor_parallel_degree,
            sentences.quantization,
            *(warning.text for warning in answer.warnings),
        ):
            assert not re.search(r"\d\.\d\d+ GiB|-\d+ GiB|None|\b1 (heads|GPUs|requests)\b", sentence)
