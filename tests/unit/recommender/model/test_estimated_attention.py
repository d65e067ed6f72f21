"""What the layers of an unknown language model cache at most."""

import pytest
from support.metadata import llama

from recommender.model import (
    AttentionChunk,
    AttentionLayers,
    FullAttention,
    KVHeads,
    MLACache,
    SlidingWindow,
    SparseIndexerCache,
    parse_model,
)

_HEADS = KVHeads(kv_heads=4, head_dim=64)
_LATENTS = {"kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128}
_INDEXER = {"index_head_dim": 128, "index_n_heads": 64, "q_lora_rank": 1536}
_DELTA_NET = {
    "linear_num_key_heads": 4,
    "linear_key_head_dim": 64,
    "linear_num_value_heads": 8,
    "linear_value_head_dim": 64,
    "linear_conv_kernel_dim": 4,
}


def _attention(**settings: object) -> tuple[AttentionLayers, ...]:
    model = parse_model(llama(model_type="brand_new", **settings))  # type: ignore[arg-type]
    assert model.is_estimated
    return model.attention


def test_a_window_counts_for_the_layers_that_are_listed() -> None:
    listed = ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"] * 2
    full, sliding = _attention(layer_types=listed, sliding_window=1024)

    assert (full.count, full.span) == (2, FullAttention())
    assert (sliding.count, sliding.span) == (6, SlidingWindow(tokens=1024))


def test_a_window_of_unlisted_layers_counts_as_full_attention_and_a_third_more_layers() -> None:
    """8 layers and 3: groups of 2 full layers and 5 or 6 with a window would be padded to at most that."""
    (layers,) = _attention(sliding_window=1024)

    assert (layers.count, layers.span) == (11, FullAttention())


def test_a_window_that_is_switched_off_changes_nothing() -> None:
    (layers,) = _attention(sliding_window=1024, use_sliding_window=False)

    assert layers.count == 8


def test_chunks_count_for_the_layers_that_are_listed() -> None:
    listed = ["chunked_attention", "full_attention"] * 4
    _, chunked = _attention(layer_types=listed, attention_chunk_size=8192)

    assert (chunked.count, chunked.span) == (4, AttentionChunk(tokens=8192))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (4, 64)),
        ({"swa_num_key_value_heads": 8}, (8, 64)),
        ({"num_global_key_value_heads": 2}, (4, 64)),
        ({"global_head_dim": 512}, (4, 512)),
        ({"v_head_dim": 128}, (4, 128)),
        ({"qk_nope_head_dim": 64, "qk_rope_head_dim": 32}, (4, 96)),
        ({"index_head_dim": None, "rope_head_dim": 256}, (4, 64)),
        ({"kv_lora_rank": 256, "qk_nope_head_dim": 64, "qk_rope_head_dim": 32}, (4, 96)),
    ],
    ids=[
        "stated",
        "more of some layers",
        "fewer",
        "wider",
        "values",
        "in two parts",
        "not of keys",
        "latents as heads",
    ],
)
def test_the_most_heads_and_the_widest_count(settings: dict[str, object], expected: tuple[int, int]) -> None:
    (layers,) = _attention(**settings)

    assert layers.cache == KVHeads(kv_heads=expected[0], head_dim=expected[1])


def test_latents_count_where_every_width_is_stated() -> None:
    (layers,) = _attention(**_LATENTS)

    assert isinstance(layers.cache, MLACache)
    assert layers.cache.width == 576


def test_an_indexer_counts_in_every_layer() -> None:
    _, indexers = _attention(**_LATENTS, **_INDEXER)

    assert isinstance(indexers.cache, SparseIndexerCache)
    assert (indexers.count, indexers.reusing) == (8, 0)


def test_states_count_where_their_sizes_and_layers_are_stated() -> None:
    listed = ["linear_attention", "linear_attention", "linear_attention", "full_attention"] * 2
    model = parse_model(llama(model_type="brand_new", layer_types=listed, **_DELTA_NET))

    assert [layers.count for layers in model.attention] == [2]
    assert model.recurrent is not None
    assert model.recurrent.count == 6


def test_mamba_states_count_where_their_layers_are_stated() -> None:
    """Three inputs of the convolution in 16 bit, and the state in the dtype that is stated for it."""
    model = parse_model(
        llama(
            model_type="brand_new",
            hybrid_override_pattern="M-M*M-M*",
            mamba_num_heads=16,
            mamba_head_dim=64,
            ssm_state_size=128,
            n_groups=1,
            conv_kernel=4,
            mamba_ssm_cache_dtype="float32",
        )
    )

    assert [layers.cache for layers in model.attention] == [_HEADS]
    assert model.recurrent is not None
    assert model.recurrent.count == 4
    assert model.recurrent.state.size_bytes(1, 2, 2) == 2 * (16 * 64 + 2 * 128) * 3 + 4 * 16 * 64 * 128


def test_a_list_of_full_attention_next_to_a_window_counts_as_full_attention() -> None:
    (layers,) = _attention(layer_types=["full_attention"] * 8, sliding_window=1024)

    assert (layers.count, layers.span) == (8, FullAttention())
