"""What an architecture is that its row says nothing about."""

from support.metadata import llama

from recommender.model import AttentionLayers, KVHeads, parse_model


def test_every_layer_has_one_cache_for_all_tokens_and_a_gated_feed_forward_block() -> None:
    """Mistral's row says nothing: 4 KV heads of 64 in each of 8 layers, and SwiGLU."""
    model = parse_model(llama(model_type="mistral"))

    assert model.attention == (AttentionLayers(count=8, cache=KVHeads(kv_heads=4, head_dim=64)),)
    assert model.shape.mlp_matrices == 3


def test_all_layers_have_full_attention_where_neither_config_json_nor_the_class_says_otherwise() -> None:
    """MiMo-V2 without its `hybrid_layer_pattern`, whose row has no period of its own."""
    model = parse_model(llama(model_type="mimo_v2_flash", sliding_window=128))

    assert [(layers.count, layers.span.is_full) for layers in model.attention] == [(8, True)]
