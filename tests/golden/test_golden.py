"""Whole answers, one file per situation, kept as they should read.

UPDATE_GOLDEN=1 make test     rewrites them; the difference is then to be read
"""

import json
import os
from pathlib import Path

import pytest
from support.instances import ALL, instance
from support.metadata import real

from handler.response import as_json
from recommender.recommend import recommend

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
    "quantized-beforehand": ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge"),
    "quantized-with-replicated-heads": ("Qwen/Qwen3-235B-A22B", "p4d.24xlarge"),
    "checkpoint-already-quantized": ("Qwen/Qwen2.5-14B-Instruct-AWQ", "g5.xlarge"),
    "does-not-fit": ("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge"),
    "does-not-fit-even-in-int4": ("Qwen/Qwen2.5-32B-Instruct", "g5.2xlarge"),
    "gpu-lacks-the-kernel": ("openai/gpt-oss-20b", "g4dn.xlarge"),
    "neuron": ("mistralai/Mistral-7B-Instruct-v0.3", "inf2.xlarge"),
    "embedding-model": ("BAAI/bge-large-en", "g5.xlarge"),
    "architecture-not-understood": ("deepseek-ai/DeepSeek-V4-Flash", "p5.48xlarge"),
    "removed-from-vllm": ("meta-llama/Llama-3.2-11B-Vision-Instruct", "p5.48xlarge"),
    "fits-until-removed-from-vllm": ("Qwen/Qwen-7B-Chat", "g6e.xlarge"),
    "fits-with-sparse-attention": ("deepseek-ai/DeepSeek-V3.2", "p5en.48xlarge"),
    "gpu-lacks-sparse-attention": ("deepseek-ai/DeepSeek-V3.2", "g7e.48xlarge"),
    "fits-with-states": ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "g6e.12xlarge"),
    "fits-without-attention": ("tiiuae/falcon-mamba-7b", "g5.xlarge"),
    "fits-with-linear-attention": ("Qwen/Qwen3.5-35B-A3B", "p5.48xlarge"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_answer_reads_as_it_should(name: str) -> None:
    model_id, instance_type = SITUATIONS[name]
    answer = as_json(recommend(real(model_id), instance(instance_type), ALL))
    text = json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    path = _ANSWERS / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)

    assert path.read_text() == text


def test_no_answer_is_left_over() -> None:
    assert {path.stem for path in _ANSWERS.iterdir()} == set(SITUATIONS)
