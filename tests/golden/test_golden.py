"""Whole answers, one file per situation, kept as they should read.

UPDATE_GOLDEN=1 make test     rewrites them; the difference is then to be read
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from support.instances import ALL, instance
from support.metadata import quantized_from, real

from handler.response import as_json
from recommender.hardware.units import GIB
from recommender.messages.notes import NOTE_CODES
from recommender.messages.warnings import WARNING_CODES
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import recommend, with_checkpoints
from recommender.recommendation import Feasible, Recommendation
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides

_ANSWERS = Path(__file__).parent / "answers"

SITUATIONS = {
    "fits-one-gpu": ("mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge"),
    "fits-all-gpus": ("mistralai/Mistral-7B-Instruct-v0.3", "g5.12xlarge"),
    "fits-some-of-the-gpus": ("Qwen/Qwen2.5-7B-Instruct", "p5.48xlarge"),
    "fits-tightly": ("Qwen/Qwen2.5-32B-Instruct", "g5.12xlarge"),
    "fits-large": ("meta-llama/Llama-3.1-70B-Instruct", "p5.48xlarge"),
    "fits-with-latent-attention": ("deepseek-ai/DeepSeek-R1", "p5en.48xlarge"),
    "fits-in-fp32": ("google/gemma-2-9b-it", "g4dn.12xlarge"),
    "quantized-at-load": ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge"),
    "pre-quantized": ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge"),
    "quantized-with-replicated-heads": ("Qwen/Qwen3-235B-A22B", "p4d.24xlarge"),
    "checkpoint-already-quantized": ("Qwen/Qwen2.5-14B-Instruct-AWQ", "g5.xlarge"),
    "does-not-fit": ("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge"),
    "does-not-fit-even-in-int4": ("Qwen/Qwen2.5-32B-Instruct", "g5.2xlarge"),
    "fits-with-two-changes": ("Qwen/Qwen3-14B", "g7.8xlarge"),
    "gpu-lacks-the-kernel": ("openai/gpt-oss-20b", "g4dn.xlarge"),
    "neuron": ("mistralai/Mistral-7B-Instruct-v0.3", "inf2.xlarge"),
    "embedding-model": ("BAAI/bge-large-en", "g5.xlarge"),
    "architecture-not-understood": ("deepseek-ai/DeepSeek-V4-Flash", "p5.48xlarge"),
    "removed-from-vllm": ("meta-llama/Llama-3.2-11B-Vision-Instruct", "p5.48xlarge"),
    "fits-until-removed-from-vllm": ("Qwen/Qwen-7B-Chat", "g6e.xlarge"),
    "fits-with-sparse-attention": ("deepseek-ai/DeepSeek-V3.2", "p5en.48xlarge"),
    "gpu-lacks-sparse-attention": ("deepseek-ai/DeepSeek-V3.2", "p4de.24xlarge"),
    "fits-with-states": ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "g6e.12xlarge"),
    "fits-without-attention": ("tiiuae/falcon-mamba-7b", "g6e.xlarge"),
    "fits-with-video": ("Qwen/Qwen2.5-VL-7B-Instruct", "g6e.xlarge"),
    "fits-with-fewer-sequences": ("Qwen/Qwen3.6-27B-FP8", "p5.4xlarge"),
    "fits-with-linear-attention": ("Qwen/Qwen3.5-35B-A3B", "p5.48xlarge"),
}

_MISTRAL, _G5 = "mistralai/Mistral-7B-Instruct-v0.3", "g5.12xlarge"

# One value that the caller fixes, or several that contradict each other.
OVERRIDES = {
    "asked-for-tp": (_MISTRAL, _G5, Overrides(tensor_parallel=2)),
    "asked-for-tp-beyond-the-gpus": (_MISTRAL, _G5, Overrides(tensor_parallel=8)),
    "asked-for-tp-that-is-refused": ("microsoft/phi-4", "g5.48xlarge", Overrides(tensor_parallel=4)),
    "asked-for-native-that-does-not-fit": (
        "Qwen/Qwen2.5-14B-Instruct",
        "g6.xlarge",
        Overrides(quantization="none"),
    ),
    "asked-for-fp8": (_MISTRAL, _G5, Overrides(quantization="fp8")),
    "asked-for-int8-on-blackwell": (_MISTRAL, "p6-b200.48xlarge", Overrides(quantization="int8")),
    "asked-for-int4": (_MISTRAL, _G5, Overrides(quantization="int4")),
    "asked-for-quantization-of-a-quantized-checkpoint": (
        "Qwen/Qwen2.5-7B-Instruct-AWQ",
        "g5.xlarge",
        Overrides(quantization="fp8"),
    ),
    "asked-for-context": (_MISTRAL, _G5, Overrides(max_model_len=4096)),
    "asked-for-context-beyond-the-limit": (_MISTRAL, _G5, Overrides(max_model_len=40_000)),
    "asked-for-context-beyond-the-cache": (
        "meta-llama/Llama-3.1-8B-Instruct",
        "g5.xlarge",
        Overrides(max_model_len=100_000),
    ),
    "asked-for-concurrency": (_MISTRAL, "g5.xlarge", Overrides(concurrency=60)),
    "asked-for-workload": (_MISTRAL, "g5.xlarge", Overrides(input_tokens=4096, output_tokens=512)),
    "asked-for-workload-beyond-the-context": (
        _MISTRAL,
        "g5.xlarge",
        Overrides(max_model_len=600, input_tokens=512, output_tokens=256),
    ),
    "asked-for-overhead": (_MISTRAL, "g5.xlarge", Overrides(overhead_bytes=4 * GIB)),
    "asked-for-one-gpu-of-a-model-with-states": (
        "Qwen/Qwen3.8-27B",
        "p5.48xlarge",
        Overrides(tensor_parallel=1),
    ),
    "asked-for-more-sequences-than-states": (
        "Qwen/Qwen3.6-27B-FP8",
        "p5.4xlarge",
        Overrides(engine=EngineOverrides(max_num_seqs=1024)),
    ),
    "asked-for-engine-arguments-that-cost": (
        _MISTRAL,
        "g4dn.12xlarge",
        Overrides(
            engine=EngineOverrides(
                max_num_seqs=32,
                max_num_batched_tokens=256,
                gpu_memory_utilization=0.99,
                kv_cache_dtype="fp8",
                enforce_eager=True,
            ),
            concurrency=64,
        ),
    ),
    "asked-for-engine-arguments-that-do-not-start": (
        "google/gemma-3-12b-it",
        "g6e.xlarge",
        Overrides(engine=EngineOverrides(max_num_seqs=256, max_num_batched_tokens=128)),
    ),
    "asked-for-engine-arguments": (
        _MISTRAL,
        "p5.4xlarge",
        Overrides(
            engine=EngineOverrides(
                max_num_seqs=128,
                max_num_batched_tokens=4096,
                gpu_memory_utilization=0.95,
                kv_cache_dtype="fp8",
                enforce_eager=True,
            )
        ),
    ),
}

# What a version of vLLM can do that others cannot.
VERSIONS = {
    "fits-with-one-change": ("openai/gpt-oss-120b", "p5.4xlarge", (0, 14), NO_OVERRIDES),
    "int4-at-load": (_MISTRAL, "g4dn.xlarge", (0, 19), Overrides(quantization="int4")),
    "int4-pre-quantized": (_MISTRAL, "g4dn.xlarge", (0, 30), Overrides(quantization="int4")),
    "version-without-the-class": ("openai/gpt-oss-20b", "p5.4xlarge", (0, 9, 2), NO_OVERRIDES),
    "architecture-estimated": ("microsoft/Phi-3-small-8k-instruct", "g6e.xlarge", (0, 9), NO_OVERRIDES),
    "fits-in-the-v0-engine": ("Qwen/Qwen2.5-7B-Instruct-AWQ", "g4dn.xlarge", (0, 9, 2), NO_OVERRIDES),
    "batch-below-the-context-in-the-v0-engine": (
        "Qwen/Qwen2.5-7B-Instruct-AWQ",
        "g4dn.xlarge",
        (0, 9, 2),
        Overrides(max_model_len=8192, engine=EngineOverrides(max_num_batched_tokens=4096)),
    ),
    "version-without-bitsandbytes": ("unsloth/phi-4-bnb-4bit", "g5.xlarge", (0, 28), NO_OVERRIDES),
}

# Instance types out of the ordinary.
PLACES = {
    "on-volta": instance("p3dn.24xlarge"),
    "on-arm": instance("g5g.xlarge"),
    "on-an-unknown-gpu": replace(instance("g5.xlarge"), name="g9.xlarge", accelerator_name="B30A"),
    "on-an-instance-no-longer-listed": replace(instance("g5.xlarge"), is_listed=False),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_answer_reads_as_it_should(name: str) -> None:
    model_id, instance_type = SITUATIONS[name]
    _compare(name, _with_checkpoints(recommend(real(model_id), instance(instance_type), ALL)))


@pytest.mark.parametrize("name", OVERRIDES)
def test_the_answer_to_an_override_reads_as_it_should(name: str) -> None:
    model_id, instance_type, overrides = OVERRIDES[name]
    answer = recommend(real(model_id), instance(instance_type), ALL, overrides=overrides)
    _compare(name, _with_checkpoints(answer))


@pytest.mark.parametrize("name", VERSIONS)
def test_the_answer_for_a_version_reads_as_it_should(name: str) -> None:
    model_id, instance_type, version, overrides = VERSIONS[name]
    answer = recommend(real(model_id), instance(instance_type), ALL, behavior_of(version), overrides)
    _compare(name, _with_checkpoints(answer))


@pytest.mark.parametrize("name", PLACES)
def test_the_answer_for_an_odd_instance_reads_as_it_should(name: str) -> None:
    _compare(name, _with_checkpoints(recommend(real("Qwen/Qwen3-0.6B"), PLACES[name], ALL)))


def test_no_answer_is_left_over() -> None:
    assert {path.stem for path in _ANSWERS.iterdir()} == {*SITUATIONS, *OVERRIDES, *VERSIONS, *PLACES}


def test_every_warning_is_in_one_of_them() -> None:
    answers = [json.loads(path.read_text()) for path in _ANSWERS.iterdir()]

    assert {code for answer in answers for code in answer.get("warning_codes", [])} == set(WARNING_CODES)


def test_every_note_is_in_one_of_them() -> None:
    answers = [json.loads(path.read_text()) for path in _ANSWERS.iterdir()]

    assert {code for answer in answers for code in answer.get("note_codes", [])} == set(NOTE_CODES)


def _with_checkpoints(answer: Recommendation) -> Recommendation:
    if isinstance(answer, Feasible) and answer.wanted_checkpoints:
        return with_checkpoints(answer, quantized_from(answer.model.model_id))
    return answer


def _compare(name: str, recommendation: Recommendation) -> None:
    answer = as_json(recommendation)
    text = json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    path = _ANSWERS / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)

    assert path.read_text() == text
