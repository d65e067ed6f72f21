"""How vLLM divides the memory of a GPU."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import budget, compute_dtype
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version


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


def test_cache_is_counted_in_blocks_and_never_below_none() -> None:
    roomy = budget(real_model("Qwen/Qwen3-8B"), gpu_of(instance("g5.xlarge")), 1)
    hopeless = budget(real_model("meta-llama/Llama-3.1-70B-Instruct"), gpu_of(instance("g5.xlarge")), 1)

    assert roomy.kv_cache_tokens % 16 == 0
    assert hopeless.kv_cache_tokens == 0


@pytest.mark.parametrize(
    ("model_id", "instance_type", "expected"),
    [
        ("Qwen/Qwen3-8B", "g5.xlarge", Dtype.BFLOAT16),
        ("Qwen/Qwen3-8B", "g4dn.xlarge", Dtype.FLOAT16),
        ("google/gemma-2-9b-it", "g4dn.xlarge", Dtype.FLOAT32),
        ("google/gemma-2-9b-it", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g4dn.xlarge", Dtype.FLOAT16),
        ("microsoft/phi-2", "g5.xlarge", Dtype.FLOAT16),
    ],
)
def test_compute_dtype_is_the_one_that_vllm_chooses(
    model_id: str, instance_type: str, expected: Dtype
) -> None:
    assert expected is compute_dtype(real_model(model_id), gpu_of(instance(instance_type)), None)


@pytest.mark.parametrize(
    ("version", "expected"), [((0, 9, 0), Dtype.FLOAT16), ((0, 9, 1), Dtype.FLOAT32)], ids=str
)
def test_compute_dtype_follows_the_version(version: Version, expected: Dtype) -> None:
    """0.9.1 refuses Gemma 2 in FP16: `_FLOAT16_NOT_SUPPORTED_MODELS`."""
    assert expected is compute_dtype(
        real_model("google/gemma-2-9b-it"), gpu_of(instance("g4dn.xlarge")), version
    )


def test_a_checkpoint_may_set_the_dtype_of_its_cache() -> None:
    """GLM-5.3 in NVFP4: 78 latents and 21 indexers take 47,700 bytes a token; a B200 logs 649,152 of them."""
    gpu, model = gpu_of(instance("p6-b200.48xlarge")), real_model("nvidia/GLM-5.3-NVFP4")
    engine_args = default_engine_args(gpu, behavior_of((0, 30)))
    found = budget(model, gpu, 4, engine_args=engine_args)

    assert found.layout.block_bytes == 64 * 47_700
    assert found.layout.tokens(int(28.84 * GIB)) == pytest.approx(649_152, rel=5e-4)


def test_a_model_with_states_needs_a_block_for_each_sequence() -> None:
    """`max_num_seqs (1024) exceeds available Mamba cache blocks` stops vLLM 0.20 to 0.29."""
    gpu = gpu_of(instance("p5.48xlarge"))
    model = real_model("Qwen/Qwen3.8-27B")
    one, eight = (budget(model, gpu, degree) for degree in (1, 8))

    assert one.blocks < 1024 <= eight.blocks
    assert not one.starts_with(4096)
    assert eight.starts_with(4096)


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


def test_a_later_start_spares_what_only_the_first_one_needs() -> None:
    """Llama 3.1 8B under 0.30 with 16 sequences: the compiler's copy of the embedding."""
    gpu, model = gpu_of(instance("g6e.xlarge")), real_model("meta-llama/Llama-3.1-8B-Instruct")
    engine_args = replace(default_engine_args(gpu, behavior_of((0, 30))), max_num_seqs=16)
    first = budget(model, gpu, 1, engine_args=engine_args)
    later = budget(model, gpu, 1, engine_args=replace(engine_args, has_compile_cache=True))

    assert first.after_first_start.kv_cache_bytes == later.kv_cache_bytes > first.kv_cache_bytes


def test_a_reserved_block_is_not_among_those_of_requests() -> None:
    """`null_block` of `vllm/v1/core/block_pool.py`: a cache of two requests of 768 tokens holds one."""
    gpu, model = gpu_of(instance("g6e.xlarge")), real_model("Qwen/Qwen3-8B")
    memory = budget(model, gpu, 1, engine_args=default_engine_args(gpu, behavior_of((0, 29))))
    two_requests = 2 * memory.layout.blocks_for(768, 0)
    exact, one_more = (
        replace(
            memory,
            usable_bytes=memory.usable_bytes + blocks * memory.layout.block_bytes - memory.kv_cache_bytes,
        )
        for blocks in (two_requests, two_requests + 1)
    )

    assert (exact.blocks, exact.max_concurrent_requests(768)) == (two_requests, 1)
    assert one_more.max_concurrent_requests(768) == 2
    assert one_more.least_cache_bytes(768) == (two_requests // 2 + 1) * memory.layout.block_bytes
