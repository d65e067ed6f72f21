"""The division of the cache, block for block as servers logged it."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.errors import UnsupportedModel
from recommender.gpu import gpu_of
from recommender.kv_cache import CacheLayout, Group, cache_layout
from recommender.memory import budget
from recommender.model import KeyValueHeads, Window, parse_model
from recommender.units import GIB


def layout(model_id: str, tensor_parallel: int = 1) -> CacheLayout:
    return cache_layout(real_model(model_id), tensor_parallel, 2)


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "cache_gib", "tokens", "concurrency"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 58.11, 476_016, 58.11),
        ("meta-llama/Llama-3.1-8B-Instruct", 2, 63.76, 1_044_688, 127.52),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 67.44, 2_209_792, 269.75),
        ("google/gemma-2-2b-it", 1, 66.47, 670_160, 81.73),
        ("google/gemma-2-9b-it", 1, 54.12, 168_880, 20.6),
        ("google/gemma-3-12b-it", 1, 47.72, 130_304, 15.88),
        ("google/gemma-3-4b-it", 1, 62.51, 468_144, 57.05),
        ("google/gemma-7b", 1, 55.44, 129_760, 15.84),
        ("openai/gpt-oss-20b", 1, 58.47, 1_277_184, 155.75),
        ("openai/gpt-oss-20b", 4, 66.57, 5_817_056, 709.4),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 4, 16.75, 365_968, 44.68),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, 43.61, 1_505_552, 183.78),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 2, 28.44, 465_936, 56.88),
        ("codellama/CodeLlama-7b-hf", 1, 61.66, 126_256, 15.41),
    ],
)
def test_the_logged_memory_gives_the_logged_tokens(
    model_id: str, tensor_parallel: int, cache_gib: float, tokens: int, concurrency: float
) -> None:
    """vLLM 0.19 on H100, 8192 batched tokens, context 8192; the memory is logged to two decimals."""
    divided, cache_bytes = layout(model_id, tensor_parallel), int(cache_gib * GIB)

    assert tokens == pytest.approx(divided.tokens(cache_bytes), rel=5e-4)
    assert concurrency == pytest.approx(divided.max_concurrency(cache_bytes, 8192, 8192), rel=5e-4)


def test_layers_that_cache_less_get_larger_blocks() -> None:
    """Gemma 4 31B: 10 full layers of 4 heads of 512, 50 with a window of 1024 of 16 heads of 256.

    vLLM 0.19 makes 6 groups of 10 layers, pages of 262,144 bytes, blocks of 32 tokens for the full layers; a
    request of 262,144 tokens takes 8,192 + 5 x 577 of them, and 64.68 GiB hold it 2.39 times.
    """
    gemma_4 = layout("google/gemma-4-31B-it")

    assert gemma_4.block_bytes == 2_621_440
    assert sorted(group.block_tokens for group in gemma_4.groups) == [16, 16, 16, 16, 16, 32]
    assert gemma_4.blocks_for(262_144, 8192) == 11_077
    assert gemma_4.max_concurrency(int(64.68 * GIB), 262_144, 8192) == pytest.approx(2.3916, abs=1e-3)


@pytest.mark.parametrize(
    ("model_id", "full", "windowed"),
    [
        ("google/gemma-2-9b-it", 21, 21),
        ("google/gemma-3-27b-it", 10, 52),
        ("google/gemma-3-1b-it", 4, 22),
        ("openai/gpt-oss-120b", 18, 18),
        ("LGAI-EXAONE/EXAONE-4.0-32B", 16, 48),
        ("allenai/Olmo-3.1-32B-Instruct", 16, 48),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 12, 36),
        ("mistralai/Mistral-7B-v0.1", 0, 32),
        ("microsoft/Phi-3-mini-4k-instruct", 0, 32),
        ("Qwen/Qwen2.5-7B-Instruct", 28, 0),
        ("mistralai/Mistral-7B-Instruct-v0.3", 32, 0),
    ],
)
def test_layers_are_told_apart_by_how_far_they_look_back(model_id: str, full: int, windowed: int) -> None:
    counts = {layers.reach is None: layers.count for layers in real_model(model_id).attention}

    assert (counts.get(True, 0), counts.get(False, 0)) == (full, windowed)


def test_a_window_needs_no_more_for_a_longer_request() -> None:
    group = Group(block_tokens=16, reach=Window(tokens=1024))

    assert group.blocks_for(100_000, 2048) == group.blocks_for(10_000, 2048) == 193
    assert group.blocks_for(100, 2048) == 8


def test_kinds_whose_sizes_have_no_common_factor_are_refused() -> None:
    metadata = llama(layer_types=["full_attention"] * 4 + ["sliding_attention"] * 4, sliding_window=1024)
    model = parse_model(metadata)
    odd = tuple(
        dataclasses.replace(kind, cache=KeyValueHeads(kv_heads=heads, head_dim=64))
        for kind, heads in zip(model.attention, (4, 3), strict=True)
    )

    with pytest.raises(UnsupportedModel, match="no whole factor"):
        cache_layout(dataclasses.replace(model, attention=odd), 1, 2)


def test_layers_of_linear_attention_keep_a_state_in_blocks_as_large() -> None:
    """Qwen3.8 27B: 16 layers of attention and 48 of states of 3,207,168 bytes, hence blocks of 784 tokens.

    vLLM 0.30 logs 122,538 tokens and 29.92 requests of 4,096: 359 blocks, twelve for each request.
    """
    hybrid = layout("Qwen/Qwen3.8-27B")

    assert [group.block_tokens for group in hybrid.groups] == [784] * 4
    assert hybrid.block_bytes == 16 * 784 * 4096
    assert hybrid.blocks_for(4096, 8192) == 12
    assert int(hybrid.max_concurrency(359 * hybrid.block_bytes, 4096, 8192) * 4096) == 122_538


def test_a_model_with_states_wants_a_block_for_each_sequence() -> None:
    """`max_num_seqs (1024) exceeds available Mamba cache blocks` stops vLLM 0.20 to 0.29."""
    gpu = gpu_of(instance("p5.48xlarge"))
    model = real_model("Qwen/Qwen3.8-27B")
    one, eight = (budget(model, gpu, degree) for degree in (1, 8))

    assert one.layout.blocks(one.kv_cache_bytes) < 1024 <= eight.layout.blocks(eight.kv_cache_bytes)
    assert one.held_requests(4096) == 0
    assert eight.held_requests(4096) > 0
