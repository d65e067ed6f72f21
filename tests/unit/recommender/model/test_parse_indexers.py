"""Which layers have an indexer of their own."""

import pytest
from support.metadata import llama

from recommender.model import BlockKeyCache, SparseIndexerCache, parse_model

_SPARSE = {
    "architectures": ["GlmMoeDsaForCausalLM"],
    "model_type": "glm_moe_dsa",
    "kv_lora_rank": 512,
    "q_lora_rank": 2048,
    "qk_nope_head_dim": 192,
    "qk_rope_head_dim": 64,
    "v_head_dim": 256,
    "index_n_heads": 32,
    "index_head_dim": 128,
}


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        ({}, 8),
        ({"indexer_types": ["full", "shared"] * 4}, 4),
        ({"indexer_types": ["full"] * 3 + ["shared"] * 5 + ["full"] * 2}, 3),
        ({"index_topk_freq": 4}, 3),
        ({"index_topk_freq": 4, "index_skip_topk_offset": 4}, 5),
    ],
    ids=["each", "listed", "listed beyond the layers", "every fourth after two", "every fourth after four"],
)
def test_layers_share_the_indexer_of_an_earlier_one(settings: dict[str, object], own: int) -> None:
    """Of 8 layers; `deepseek_v2.py`: those where max(index - offset + 1, 0) % frequency is 0; offset 2."""
    model = parse_model(llama(**_SPARSE, **settings))
    indexers = model.attention[-1]

    assert isinstance(indexers.cache, SparseIndexerCache)
    assert (indexers.count, indexers.caching(can_share=True), indexers.caching(can_share=False)) == (
        8,
        own,
        8,
    )


def test_the_parameters_of_an_indexer_are_those_of_its_three_projections() -> None:
    """Queries out of the latent, one key, and a weight for each head; GLM-like, hidden size 1024."""
    cache = parse_model(llama(**_SPARSE)).attention[-1].cache

    assert isinstance(cache, SparseIndexerCache)
    assert cache.replicated_parameters == 2048 * 32 * 128 + 1024 * (128 + 32)


def test_minimax_m3_has_block_keys_in_its_sparse_layers() -> None:
    settings = {
        "architectures": ["MiniMaxM3SparseForCausalLM"],
        "model_type": "minimax_m3_text",
        "sparse_attention_config": {
            "sparse_attention_freq": [0, 1, 1, 0, 1, 1, 0, 0],
            "sparse_index_dim": 64,
        },
    }
    *_, keys = parse_model(llama(**settings)).attention

    assert (keys.count, keys.cache) == (4, BlockKeyCache(width=64))
