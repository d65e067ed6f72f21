"""Kinds of attention: bytes, blocks and copies by hand."""

from dataclasses import replace

import pytest
from support.metadata import llama, real_model

from recommender.model import (
    AttentionLayers,
    BlockKeyCache,
    KVHeads,
    MLACache,
    SparseIndexerCache,
    parse_model,
)


def test_kv_heads_are_divided_among_gpus_and_replicated_where_gpus_outnumber_them() -> None:
    """By hand: a key and a value of 128 values in 16 bit for each head."""
    heads = KVHeads(kv_heads=4, head_dim=128)

    assert [heads.token_bytes(degree, 2) for degree in (1, 2, 4, 8)] == [2048, 1024, 512, 512]
    assert [heads.can_shard(degree) for degree in (1, 3, 4, 6, 8)] == [True, False, True, False, True]


def test_a_gpu_holds_the_projections_of_a_whole_kv_head() -> None:
    """On 8 GPUs an even share of 4 heads is half a head; each GPU holds another half, 1024 x 2 x 128 / 2."""
    heads = KVHeads(kv_heads=4, head_dim=128)

    assert [heads.unshared_parameters(degree, 1024) for degree in (1, 4, 8)] == [0, 0, 1024 * 128]


def test_layers_with_fewer_kv_heads_than_others_are_replicated_on_their_own() -> None:
    """MiMo-V2-Flash on 8 GPUs: half a head in 9 full layers of 4 KV heads, none in those with a window."""
    model = real_model("XiaomiMiMo/MiMo-V2-Flash")
    extra = [layers.count * layers.cache.unshared_parameters(8, 4096) for layers in model.attention]

    assert extra == [9 * 4096 * (192 + 128) // 2, 0]


_MLA = MLACache(
    width=576,
    heads=128,
    absorbed_parameters=1_000_000,
    replicated_parameters=80_000,
    query_dim=192,
    key_dim=128,
    value_dim=128,
)


def test_every_gpu_caches_the_whole_latent() -> None:
    assert [_MLA.token_bytes(degree, 2) for degree in (1, 8)] == [1152, 1152]
    assert _MLA.sharded_heads is None
    assert _MLA.can_shard(7)


def test_a_packed_latent_is_in_fp8_with_a_rotary_key_in_16_bit() -> None:
    """512 values of the latent, a float32 scale for 128 of them and 64 values of the key: `fp8_ds_mla`."""
    assert [_MLA.packed().token_bytes(degree, 1) for degree in (1, 8)] == [512 + 4 * 4 + 64 * 2] * 2


def test_a_block_of_the_cache_has_16_tokens() -> None:
    """`DEFAULT_BLOCK_SIZE` of `vllm/config/cache.py`."""
    assert (KVHeads.block_tokens, MLACache.block_tokens) == (16, 16)


def test_mla_keeps_a_transposed_projection_and_whole_projections_into_the_latents() -> None:
    assert [_MLA.copied_parameters(degree) for degree in (1, 8)] == [1_000_000, 1_000_000 // 8]
    assert [_MLA.unshared_parameters(degree, 4096) for degree in (1, 8)] == [0, 80_000 * 7 // 8]


def test_old_versions_cache_latents_as_heads_and_nothing_else_differently() -> None:
    heads = KVHeads(kv_heads=4, head_dim=128)

    assert _MLA.expanded(256) == KVHeads(kv_heads=128, head_dim=256)
    assert heads.expanded(256) is heads


def test_an_indexer_caches_fp8_keys_with_a_float32_scale_for_128_values() -> None:
    indexer = SparseIndexerCache(width=128)

    assert [indexer.token_bytes(degree, value_bytes) for degree, value_bytes in ((1, 2), (8, 1))] == [
        132,
        132,
    ]
    assert SparseIndexerCache(width=129).token_bytes(1, 2) == 129 + 2 * 4


def test_an_indexer_reserves_the_keys_of_40_contexts() -> None:
    assert SparseIndexerCache(width=128).workspace_bytes(1000) == 40 * 1000 * 132
    assert _MLA.workspace_bytes(1000) == 0


def test_layers_that_reuse_a_cache_have_none_where_the_version_can_share_it() -> None:
    layers = AttentionLayers(count=78, cache=SparseIndexerCache(width=128), reusing=57)

    assert [layers.caching(can_share=can) for can in (False, True)] == [78, 21]


def test_a_block_key_is_cached_whole_on_every_gpu() -> None:
    """`vllm/models/minimax_m3/common/indexer.py`: an `MLAAttentionSpec` of one head, 128 values of 16 bit."""
    assert [BlockKeyCache(width=128).token_bytes(degree, 2) for degree in (1, 8)] == [256, 256]


def test_the_projections_of_an_indexer_are_whole_on_every_gpu() -> None:
    indexer = SparseIndexerCache(width=128, replicated_parameters=8_000)

    assert [indexer.unshared_parameters(degree, 4096) for degree in (1, 8)] == [0, 7_000]


_NARROW_VALUES = KVHeads(kv_heads=4, head_dim=128, value_dim=96)
_SHAPE = parse_model(llama()).shape
"""A hidden size of 1024 and 16 heads."""


def test_values_may_be_narrower_than_keys() -> None:
    assert [_NARROW_VALUES.token_bytes(degree, 2) for degree in (1, 2, 8)] == [
        4 * (128 + 96) * 2,
        2 * (128 + 96) * 2,
        (128 + 96) * 2,
    ]
    assert _NARROW_VALUES.padded().token_bytes(1, 2) == 4 * 2 * 128 * 2


@pytest.mark.parametrize(("degree", "heads", "kv_heads"), [(1, 16, 4), (2, 8, 2), (8, 2, 1)])
def test_a_gpu_has_its_heads_in_two_merged_matrices(degree: int, heads: int, kv_heads: int) -> None:
    """`qkv_proj` and `o_proj`; a KV head is whole where GPUs outnumber them, and gates double the queries."""
    gated = replace(_SHAPE, gates_attention=True)
    keys_and_values, output = kv_heads * (128 + 96), 1024 * heads * 96

    assert _NARROW_VALUES.matrices(degree, _SHAPE) == (1024 * (heads * 128 + keys_and_values), output)
    assert _NARROW_VALUES.matrices(degree, gated) == (1024 * (2 * heads * 128 + keys_and_values), output)
    assert _NARROW_VALUES.output_shares(degree, 16) == (heads * 128, kv_heads * 128)
    assert _NARROW_VALUES.input_shares(degree, 16) == (heads * 96,)


def test_the_rest_of_a_whole_kv_head_has_narrow_values_too() -> None:
    """4 heads on 8 GPUs are 4 / 8 of a head for each: the other half of 1024 x (128 + 96)."""
    assert _NARROW_VALUES.unshared_parameters(8, 1024) == 1024 * (128 + 96) // 2


@pytest.mark.parametrize(("head_dim", "expected"), [(256, False), (511, False), (512, True)])
def test_heads_of_512_are_wide(head_dim: int, *, expected: bool) -> None:
    """`_get_sm90_fa4_fp8_kv_block_size` of `vllm/v1/attention/backends/flash_attn.py`."""
    assert KVHeads(kv_heads=4, head_dim=head_dim).is_wide is expected


@pytest.mark.parametrize(
    ("query_rank", "inputs_of_queries"), [(0, 1024), (256, 256)], ids=["plain queries", "latent queries"]
)
def test_the_matrices_of_mla_are_whole_into_the_latents_and_divided_out_of_them(
    query_rank: int, inputs_of_queries: int
) -> None:
    """A latent of 576 and queries of 192 for each of 16 heads, 8 of them on each of two GPUs."""
    cache = replace(_MLA, replicated_parameters=1024 * (576 + query_rank), value_dim=96)

    assert cache.matrices(2, _SHAPE) == (
        1024 * (576 + query_rank),
        inputs_of_queries * 8 * 192,
        500_000,
        1024 * 8 * 96,
    )
    assert cache.output_shares(2, 16) == (8 * 192, 8 * (128 + 96))
    assert cache.input_shares(2, 16) == (8 * 96,)
