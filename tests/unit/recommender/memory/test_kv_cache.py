"""The division of the cache, block for block as servers logged it."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.memory.kv_cache import as_packed, cache_layout, cache_rules, cache_value_bytes
from recommender.memory.layout import CacheLayout
from recommender.model import AttentionLayers, KVHeads, SlidingWindow, parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides, KVCacheDtype, engine_args_for
from recommender.vllm.version import Version


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


def test_layers_with_a_window_may_cache_more_than_the_others() -> None:
    """MiMo-V2-Flash under 0.20: 9 full layers of 4 KV heads, 39 with a window of 8, all of a width of 192."""
    mimo = cache_layout(real_model("XiaomiMiMo/MiMo-V2-Flash"), 1, 2, behavior_of((0, 20)))

    assert sorted(group.block_tokens for group in mimo.groups) == [16, 16, 16, 16, 16, 32]
    assert mimo.block_bytes == 9 * 16 * 2 * 8 * 192 * 2


def test_kinds_whose_sizes_have_no_common_factor_are_refused() -> None:
    metadata = llama(layer_types=["full_attention"] * 4 + ["sliding_attention"] * 4, sliding_window=1024)
    model = parse_model(metadata)
    odd = tuple(
        dataclasses.replace(kind, cache=KVHeads(kv_heads=heads, head_dim=64))
        for kind, heads in zip(model.attention, (4, 3), strict=True)
    )

    with pytest.raises(UnsupportedModel, match="no whole factor"):
        cache_layout(dataclasses.replace(model, attention=odd), 1, 2)


def test_layers_of_linear_attention_keep_a_state_in_a_block_of_its_size() -> None:
    """Qwen3.8 27B: 16 layers of attention and 48 of states of 3,207,168 bytes, hence blocks of 784 tokens.

    vLLM 0.30 logs 122,538 tokens and 29.92 requests of 4,096: 359 blocks, twelve for each request.
    """
    hybrid = cache_layout(real_model("Qwen/Qwen3.8-27B"), 1, 2, behavior_of((0, 30)))

    assert [group.block_tokens for group in hybrid.groups] == [784] * 4
    assert hybrid.block_bytes == 16 * 784 * 4096
    assert hybrid.blocks_for(4096, 8192) == 12
    assert int(hybrid.max_concurrency(359 * hybrid.block_bytes, 4096, 8192) * 4096) == 122_538


@pytest.mark.parametrize(
    ("model_id", "version", "state_layers", "block_tokens", "groups", "block_bytes"),
    [
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", (0, 19), 23, 2096, 5, 6 * 2096 * 1024),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", (0, 19), 27, 672, 8, 4 * 672 * 4096),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", (0, 20), 27, 1312, 8, 4 * 1312 * 4096),
        ("nvidia/Nemotron-H-56B-Base-8K", (0, 19), 54, 2080, 7, 10 * 2080 * 4096),
        ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", (0, 19), 40, 4160, 6, 8 * 4160 * 1024),
        ("ibm-granite/granite-4.0-h-350m", (0, 19), 28, 400, 8, 4 * 400 * 1024),
        ("ibm-granite/granite-4.0-h-350m", (0, 27), 28, 400, 8, 4 * 400 * 1024),
        ("tiiuae/Falcon-H1-0.5B-Base", (0, 19), 36, 800, 2, 36 * 800 * 512),
        ("tiiuae/Falcon-H1-0.5B-Base", (0, 26), 36, 800, 2, 36 * 800 * 512),
        ("ai21labs/AI21-Jamba-Mini-1.5", (0, 19), 28, 80, 8, 4 * 80 * 4096),
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", (0, 19), 20, 1920, 4, 7 * 1920 * 1152),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", (0, 19), 36, 544, 4, 12 * 544 * 2048),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", (0, 33), 36, 576, 4, 12 * 576 * 2048),
    ],
)
def test_blocks_of_hybrid_models_are_as_large_as_a_state(
    model_id: str, version: Version, state_layers: int, block_tokens: int, groups: int, block_bytes: int
) -> None:
    """Worked by hand from `mamba_utils.py` and the alignment of each version.

    Nemotron Nano 9B, 0.19: 3 x (128 x 80 + 2 x 8 x 128) x 2 + 128 x 80 x 128 x 2 = 2,695,168 bytes, which 672
    tokens of 4,096 bytes hold; from 0.20 on the states are FP32 where config.json does not say.
    """
    model = real_model(model_id)
    found = cache_layout(model, 1, 2, behavior_of(version))

    assert model.recurrent is not None
    assert model.recurrent.count == state_layers
    assert {group.block_tokens for group in found.groups} == {block_tokens}
    assert (len(found.groups), found.block_bytes) == (groups, block_bytes)


def test_a_pure_state_space_model_has_one_block_for_each_request() -> None:
    """Falcon Mamba 7B: 64 layers of (3 + 16) x 8192 values of 16 bits."""
    mamba = layout("tiiuae/falcon-mamba-7b")

    assert mamba.block_bytes == 64 * (3 + 16) * 8192 * 2
    assert mamba.blocks_for(100_000, 2048) == 1
    assert mamba.tokens(10 * mamba.block_bytes) == 10 * 2048


@pytest.mark.parametrize(
    ("version", "expected"), [((0, 19), 1), ((0, 27), 1), ((0, 28), 2), ((0, 32), 3)], ids=str
)
def test_a_request_holds_as_many_states_as_the_version_keeps(version: Version, expected: int) -> None:
    """Falcon-H1: prefixes are cached by default from 0.28 on, and a state of the prompt from 0.32 on."""
    found = cache_layout(real_model("tiiuae/Falcon-H1-0.5B-Base"), 1, 2, behavior_of(version))
    full, of_states = found.groups

    assert of_states.blocks_for(10_000, 2048) == expected
    assert full.blocks_for(10_000, 2048) == -(-10_000 // full.block_tokens)


@pytest.mark.parametrize(
    ("model_id", "version", "block_tokens", "token_bytes"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", (0, 19), 16, 32 * 2 * 8 * 128 * 2),
        ("tiiuae/falcon-7b-instruct", (0, 19), 16, 32 * 2 * 64 * 2),
        ("deepseek-ai/DeepSeek-V3", (0, 19), 16, 61 * 576 * 2),
        ("deepseek-ai/DeepSeek-V3.2", (0, 19), 64, 61 * (576 * 2 + 132)),
        ("zai-org/GLM-5", (0, 33), 64, 78 * (576 * 2 + 132)),
        ("nvidia/GLM-5.3-NVFP4", (0, 23), 64, 78 * (576 * 2 + 132)),
        ("nvidia/GLM-5.3-NVFP4", (0, 24), 64, 78 * 576 * 2 + 21 * 132),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", (0, 19), 16, 49 * 2 * 8 * 128 * 2),
        ("openbmb/MiniCPM3-4B", (0, 19), 16, 62 * 2 * 40 * 96 * 2),
    ],
)
def test_a_token_needs_what_each_kind_of_attention_caches(
    model_id: str, version: Version, block_tokens: int, token_bytes: int
) -> None:
    """Checked by hand: layers x what one of them caches, in 16 bit; an indexer has FP8 keys with a scale."""
    found = cache_layout(real_model(model_id), 1, 2, behavior_of(version))

    assert [group.block_tokens for group in found.groups] == [block_tokens]
    assert found.block_bytes == block_tokens * token_bytes


@pytest.mark.parametrize(
    ("model_id", "on", "kv_cache_dtype", "version", "latent_bytes"),
    [
        ("deepseek-ai/DeepSeek-V3.2", "p5.48xlarge", "auto", (0, 28), 576 * 2),
        ("deepseek-ai/DeepSeek-V3.2", "p5.48xlarge", "fp8", (0, 28), 656),
        ("deepseek-ai/DeepSeek-V3.2", "p6-b200.48xlarge", "fp8", (0, 28), 576),
        ("deepseek-ai/DeepSeek-V3.2", "g7e.48xlarge", "auto", (0, 28), 656),
        ("zai-org/GLM-5-FP8", "p5.48xlarge", "fp8", (0, 20), 656),
    ],
)
def test_sparse_attention_may_pack_latents_with_scales(
    model_id: str, on: str, kv_cache_dtype: KVCacheDtype, version: Version, latent_bytes: int
) -> None:
    """656 bytes are 512 values in FP8, four scales in FP32, and a rotary key of 64 values in 16 bit."""
    model, gpu = real_model(model_id), gpu_of(instance(on))
    overrides = EngineOverrides(kv_cache_dtype=kv_cache_dtype)
    args = engine_args_for(model, gpu, behavior_of(version), overrides)
    latents, indexers = model.attention

    found = budget(model, gpu, 8, engine_args=args).layout

    assert found.block_bytes == 64 * (latents.count * latent_bytes + indexers.count * 132)


@pytest.mark.parametrize(
    ("stated_bytes", "kv_cache_dtype", "takes_stated", "is_packed"),
    [
        (1, "auto", True, True),
        (1, "auto", False, False),
        (2, "auto", True, False),
        (None, "auto", True, False),
        (None, "fp8", True, True),
    ],
)
def test_latents_are_packed_where_the_checkpoint_states_an_fp8_cache(
    stated_bytes: int | None, kv_cache_dtype: str, *, takes_stated: bool, is_packed: bool
) -> None:
    """Up to 0.17 the class of DeepSeek V3.2 packs latents for any FP8 cache, as `--kv-cache-dtype` does."""
    model = dataclasses.replace(real_model("deepseek-ai/DeepSeek-V3.2"), cache_value_bytes=stated_bytes)
    behavior = dataclasses.replace(behavior_of((0, 17)), takes_stated_caches=takes_stated)
    latents = as_packed(model, (9, 0), kv_cache_dtype, behavior).attention[0].cache

    assert latents.token_bytes(1, 2) == (656 if is_packed else 576 * 2)


@pytest.mark.parametrize(
    ("rule", "other", "model_id"),
    [
        ("pads_values", True, "XiaomiMiMo/MiMo-V2-Flash"),
        ("latent_block_tokens", 64, "deepseek-ai/DeepSeek-V3"),
        ("wide_fp8_block_tokens", 128, "google/gemma-4-31B-it"),
        ("states_per_request", 1, "tiiuae/Falcon-H1-0.5B-Base"),
    ],
)
def test_a_layout_is_calculated_again_only_where_a_version_changes_it(
    rule: str, other: object, model_id: str
) -> None:
    behavior = behavior_of((0, 33))
    changed = {
        each: rules(behavior) != rules(dataclasses.replace(behavior, **{rule: other}))
        for each in (model_id, "meta-llama/Llama-3.1-8B-Instruct")
        for rules in [cache_rules(real_model(each))]
    }

    assert changed == {model_id: True, "meta-llama/Llama-3.1-8B-Instruct": False}


def test_only_sparse_attention_packs_latents() -> None:
    dense = real_model("deepseek-ai/DeepSeek-V3")

    assert as_packed(dense, (9, 0), "fp8", behavior_of((0, 28))) is dense


@pytest.mark.parametrize(
    ("version", "blocks"),
    [
        ((0, 8), 13_653),
        ((0, 9, 2), 13_653),
        ((0, 10, 0), 54_613),
        ((0, 10), 13_653),
        ((0, 10, 1), 13_653),
        ((0, 12), 13_653),
        ((0, 13), 13_653),
        ((0, 14), 54_613),
        ((0, 33), 54_613),
    ],
)
def test_chunks_are_cached_whole_before_0_14_but_for_0_10_0(version: Version, blocks: int) -> None:
    """Llama 4 Scout on 4 GPUs: 1024 bytes a token in 48 layers, or in 4 groups of 12, 16 tokens a block.

    vLLM 0.12 plans 13,653 blocks in 10 GiB.
    """
    scout = cache_layout(real_model("meta-llama/Llama-4-Scout-17B-16E-Instruct"), 4, 2, behavior_of(version))

    assert blocks == scout.blocks(10 * GIB)
    assert scout.blocks_for(131_072, 8192) == 8192 + (0 if blocks == 13_653 else 3 * 1024)


@pytest.mark.parametrize(
    ("version", "groups"), [((0, 8, 5), 1), ((0, 9, 0), 1), ((0, 9, 1), 6), ((0, 19), 6)]
)
def test_windows_beside_full_layers_are_cached_whole_before_0_9_1(version: Version, groups: int) -> None:
    """Gemma 3 12B has 8 full layers and 40 with a window."""
    gemma = cache_layout(real_model("google/gemma-3-12b-it"), 1, 2, behavior_of(version))

    assert groups == len(gemma.groups)
    assert gemma.groups[0].blocks_for(32_768, 2048) == 2048


def test_windows_of_all_layers_are_windows_in_every_version() -> None:
    mistral = parse_model(llama(model_type="mistral", sliding_window=4096))
    blocks = [
        cache_layout(mistral, 1, 2, behavior_of((0, minor))).blocks_for(8192, 2048) for minor in (8, 33)
    ]

    assert blocks == [(4095 + 2048 + 1) // 16 + 1] * 2


@pytest.mark.parametrize(
    ("version", "tensor_parallel", "blocks"),
    [
        ((0, 19), 1, 12_136),
        ((0, 19), 8, 97_090),
        ((0, 20), 8, 97_090),
        ((0, 21), 8, 116_508),
        ((0, 33), 1, 14_563),
    ],
)
def test_values_narrower_than_keys_are_padded_before_0_21(
    version: Version, tensor_parallel: int, blocks: int
) -> None:
    """MiMo-V2-Flash, keys of 192 and values of 128: what vLLM 0.19 and 0.33 plan in 10 GiB."""
    mimo = cache_layout(real_model("XiaomiMiMo/MiMo-V2-Flash"), tensor_parallel, 2, behavior_of(version))

    assert blocks == mimo.blocks(10 * GIB)


@pytest.mark.parametrize(
    ("version", "tensor_parallel", "blocks"),
    [
        ((0, 19), 1, 693),
        ((0, 19), 2, 1387),
        ((0, 20), 2, 1410),
        ((0, 26), 2, 1410),
        ((0, 27), 2, 1300),
        ((0, 33), 8, 5201),
    ],
)
def test_blocks_of_latents_with_states_are_multiples_of_64_then_16_then_128(
    version: Version, tensor_parallel: int, blocks: int
) -> None:
    """Kimi-Linear on 2 GPUs: 960, 944 or 1024 tokens a block; vLLM 0.19, 0.26 and 0.33 plan so in 10 GiB."""
    kimi = cache_layout(
        real_model("moonshotai/Kimi-Linear-48B-A3B-Instruct"), tensor_parallel, 2, behavior_of(version)
    )

    assert blocks == kimi.blocks(10 * GIB)


@pytest.mark.parametrize(("version", "block_tokens"), [((0, 8), 64), ((0, 17), 64), ((0, 18), 16)])
def test_latents_have_larger_blocks_up_to_0_17(version: Version, block_tokens: int) -> None:
    deepseek = cache_layout(real_model("deepseek-ai/DeepSeek-V3"), 8, 2, behavior_of(version))

    assert [group.block_tokens for group in deepseek.groups] == [block_tokens]


@pytest.mark.parametrize(
    ("version", "blocks"), [((0, 13), 4096), ((0, 14), 8192), ((0, 33), 8192)], ids=["0.13", "0.14", "0.33"]
)
def test_a_cache_that_modelopt_states_is_taken_from_0_14_on(version: Version, blocks: int) -> None:
    """Llama 3.1 70B in 20 GiB: 16 tokens x 80 layers x 2 x 8 x 128 values are 2.5 MiB in FP8."""
    model, behavior = real_model("nvidia/Llama-3.1-70B-Instruct-FP8"), behavior_of(version)
    value_bytes = cache_value_bytes(model, Dtype.BFLOAT16, behavior)

    assert cache_layout(model, 1, value_bytes, behavior).blocks(20 * GIB) == blocks


def test_a_checkpoint_that_states_no_cache_has_one_of_the_dtype() -> None:
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")

    assert cache_value_bytes(model, Dtype.BFLOAT16, behavior_of((0, 33))) == 2
    assert cache_value_bytes(model, Dtype.FLOAT32, behavior_of((0, 33))) == 4


def test_states_stay_in_the_dtype_when_tokens_are_cached_in_fp8() -> None:
    """Nemotron 3 Super under 0.19: states of 4,259,840 bytes with 512 bytes a token are 8,320 tokens."""
    model, behavior = real_model("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8"), behavior_of((0, 19))
    found = cache_layout(model, 1, 1, behavior, state_value_bytes=2)

    assert {group.block_tokens for group in found.groups} == {8320}
    assert found.blocks(10 * GIB) == 315


def test_a_state_counts_for_one_context_where_it_is_shorter_than_a_block() -> None:
    """What vLLM 0.19 logs for the same model: 315 blocks / 6 groups x 8,192 or 8,320 tokens."""
    model, behavior = real_model("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8"), behavior_of((0, 19))
    found = cache_layout(model, 1, 1, behavior, state_value_bytes=2)

    assert [found.tokens(10 * GIB, context) for context in (8192, 262_144, None)] == [
        425_984,
        432_640,
        432_640,
    ]


def test_the_context_does_not_matter_for_tokens_without_states() -> None:
    plain = layout("meta-llama/Llama-3.1-8B-Instruct")

    assert plain.tokens(GIB, 8) == plain.tokens(GIB) == 8192


@pytest.mark.parametrize(
    ("version", "value_bytes", "block_tokens"),
    [((0, 30), 1, {16, 32}), ((0, 31), 1, {64, 128}), ((0, 33), 1, {64, 128}), ((0, 33), 2, {16, 32})],
)
def test_wide_heads_in_fp8_have_blocks_of_64_from_0_31_on(
    version: Version, value_bytes: int, block_tokens: set[int]
) -> None:
    """Gemma 4, heads of 512: the layers with full attention cache half as much of a token."""
    gemma = cache_layout(real_model("nvidia/Gemma-4-31B-IT-NVFP4"), 1, value_bytes, behavior_of(version))

    assert {group.block_tokens for group in gemma.groups} == block_tokens


def test_nemotrons_states_are_in_16_bit_before_0_13_reads_their_dtype() -> None:
    """What vLLM 0.12 plans for Nemotron 3 Nano: blocks of 1,072 tokens instead of 2,096."""
    model = real_model("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16")
    old, read = (cache_layout(model, 1, 2, behavior_of(version)) for version in ((0, 12), (0, 13)))

    assert (old.groups[0].block_tokens, read.groups[0].block_tokens) == (1072, 2096)


@pytest.mark.parametrize(("windowed", "groups"), [(14, 2), (15, 3), (20, 3), (21, 4)])
def test_a_kind_with_less_than_half_more_layers_than_the_rarest_is_padded(windowed: int, groups: int) -> None:
    """10 layers attend to all tokens: groups of 14, or groups of 10."""
    heads = KVHeads(kv_heads=4, head_dim=64)
    kinds = (
        AttentionLayers(count=10, cache=heads),
        AttentionLayers(count=windowed, cache=heads, span=SlidingWindow(tokens=512)),
    )
    found = cache_layout(dataclasses.replace(parse_model(llama()), attention=kinds), 1, 2)

    assert len(found.groups) == groups
    assert found.block_bytes == (14 if windowed == 14 else 10) * 16 * 2 * 4 * 64 * 2
