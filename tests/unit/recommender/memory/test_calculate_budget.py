"""How vLLM divides the memory of a GPU."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.model import parse_model
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.quantization import BITSANDBYTES_INT4, FP8, Quantization


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "expected"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 2 * 32 * 8 * 128 * 2),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 2 * 32 * 2 * 128 * 2),
        ("Qwen/Qwen3-8B", 1, 2 * 36 * 8 * 128 * 2),
        ("google/gemma-2b", 1, 2 * 18 * 1 * 256 * 2),
        ("microsoft/phi-2", 1, 2 * 32 * 32 * 80 * 2),
        ("deepseek-ai/DeepSeek-V3", 1, 61 * 576 * 2),
        ("deepseek-ai/DeepSeek-V3", 8, 61 * 576 * 2),
        ("tiiuae/falcon-7b-instruct", 1, 2 * 32 * 1 * 64 * 2),
    ],
)
def test_kv_cache_costs_two_vectors_per_layer_and_head(
    model_id: str, tensor_parallel: int, expected: int
) -> None:
    """By hand: 2 x layers x KV heads x head size x 2 bytes; latents of 576 values are on every GPU."""
    memory = budget(real_model(model_id), gpu_of(instance("p5.48xlarge")), tensor_parallel)

    assert expected * 16 == memory.layout.block_bytes


def test_kv_heads_fewer_than_gpus_are_counted_on_each() -> None:
    model = parse_model(llama(num_key_value_heads=2))
    gpu = gpu_of(instance("p4d.24xlarge"))
    on_two, on_four = (budget(model, gpu, degree) for degree in (2, 4))

    # one KV head on each GPU either way, and its projections with it
    assert on_two.layout == on_four.layout
    assert on_four.weight_bytes > on_two.weight_bytes / 2


def test_parts_add_up_to_what_the_gpu_has() -> None:
    memory = budget(real_model("Qwen/Qwen3-8B"), gpu_of(instance("g5.xlarge")), 1)

    assert memory.usable_bytes == int(memory.visible_bytes * 0.9)
    assert memory.usable_bytes == memory.weight_bytes + memory.overhead.total_bytes + memory.kv_cache_bytes


def test_a_checkpoint_may_set_the_dtype_of_its_cache() -> None:
    """GLM-5.3 in NVFP4: 78 latents and 21 indexers take 47,700 bytes a token; a B200 logs 649,152 of them."""
    gpu, model = gpu_of(instance("p6-b200.48xlarge")), real_model("nvidia/GLM-5.3-NVFP4")
    engine_args = default_engine_args(gpu, behavior_of((0, 30)))
    found = budget(model, gpu, 4, engine_args=engine_args)

    assert found.layout.block_bytes == 64 * 47_700
    assert found.layout.tokens(int(28.84 * GIB)) == pytest.approx(649_152, rel=5e-4)


def test_an_fp8_cache_does_not_change_the_states() -> None:
    """A state of Qwen3.8-27B takes 784 tokens of a 16-bit cache on one GPU and 1568 of an FP8 one."""
    gpu, model = gpu_of(instance("p5.48xlarge")), real_model("Qwen/Qwen3.8-27B")
    default = default_engine_args(gpu, behavior_of((0, 30)))
    wide, narrow = (
        budget(model, gpu, 1, engine_args=replace(default, kv_cache_dtype=dtype)).layout
        for dtype in ("auto", "fp8")
    )

    assert [layout.groups[0].block_tokens for layout in (wide, narrow)] == [784, 1568]
    assert wide.block_bytes == narrow.block_bytes


@pytest.mark.parametrize(
    ("model_id", "quantization", "unpacked_bytes"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", None, 0),
        ("meta-llama/Llama-3.1-8B-Instruct", FP8, 0),
        ("meta-llama/Llama-3.1-8B-Instruct", BITSANDBYTES_INT4, 2 * 4096 * 14_336),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", None, 2 * 4096 * 14_336),
    ],
    ids=["BF16", "FP8", "bitsandbytes at load", "bitsandbytes"],
)
def test_bitsandbytes_alone_unpacks_a_matrix(
    model_id: str, quantization: Quantization | None, unpacked_bytes: int
) -> None:
    """One sequence, whose logits take less than a layer: three buffers of 14,336 and four hidden states."""
    gpu, model = gpu_of(instance("g5.xlarge")), real_model(model_id)
    default = default_engine_args(gpu, behavior_of((0, 19)))
    args = replace(default, max_num_seqs=1, max_num_batched_tokens=8192, enforce_eager=True)
    found = budget(model, gpu, 1, quantization, engine_args=args)
    forward_bytes = 2 * 8192 * (3 * 14_336 + 4 * 4096)

    assert found.overhead.activation_bytes == forward_bytes + unpacked_bytes
