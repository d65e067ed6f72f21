"""The layers of classes with rules of their own, against what vLLM builds of their default configuration.

The figures are those of vLLM 0.19 or 0.33 on the meta device, with the configuration of transformers.
"""

from typing import Any

import pytest
from support.metadata import ABSENT, llama

from recommender.model import (
    AttentionLayers,
    BlockKeyCache,
    FullAttention,
    KVHeads,
    MLACache,
    Model,
    SlidingWindow,
    SparseIndexerCache,
    parse_model,
)

_LATENT = {
    "kv_lora_rank": 512,
    "q_lora_rank": 1536,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
}


def _model(model_type: str, **settings: Any) -> Model:
    return parse_model(llama(model_type=model_type, **settings))


def test_zamba2_has_a_state_in_every_layer_and_a_cache_for_each_call_of_the_shared_block() -> None:
    """0.19: 9 x FullAttentionSpec of 32 heads of 160, 54 x MambaSpec of (3, 5248) and (8, 640, 64)."""
    hybrid = {6, 12, 18, 24, 30, 36, 42, 47, 51}
    sizes = {"num_hidden_layers": 54, "hidden_size": 2560, "num_attention_heads": 32}
    model = _model(
        "zamba2",
        **sizes,
        num_key_value_heads=32,
        attention_head_dim=160,
        layers_block_type=["hybrid" if index in hybrid else "mamba" for index in range(54)],
        mamba_d_state=64,
        mamba_d_conv=4,
    )

    assert model.attention == (AttentionLayers(count=9, cache=KVHeads(kv_heads=32, head_dim=160)),)
    assert model.recurrent is not None
    assert model.recurrent.count == 54
    assert model.recurrent.state.size_bytes(1, 2, 2) == 2 * (3 * 5248 + 8 * 640 * 64)
    assert model.recurrent.state.size_bytes(8, 2, 2) == 2 * (3 * 768 + 640 * 64)
    assert model.whole_parameters == 9 * 2560**2


def test_gemma_3n_shares_caches_and_may_list_a_width_for_each_layer() -> None:
    """0.19: 16 x SlidingWindowSpec and 4 x FullAttentionSpec, both of 2 heads of 256, for 35 layers."""
    model = _model(
        "gemma3n_text",
        num_hidden_layers=35,
        num_key_value_heads=2,
        intermediate_size=[16_384] * 35,
        layer_types=(["sliding_attention"] * 4 + ["full_attention"]) * 7,
        num_kv_shared_layers=15,
        sliding_window=512,
        hidden_size_per_layer_input=256,
    )
    cache = KVHeads(kv_heads=2, head_dim=256)

    assert model.attention == (
        AttentionLayers(count=4, cache=cache, span=FullAttention(), without_cache=3),
        AttentionLayers(count=16, cache=cache, span=SlidingWindow(tokens=512), without_cache=12),
    )
    assert model.shape.intermediate_size == 16_384
    assert model.whole_parameters == 2 * 35 * 1024 * 256


def test_gemma_4_may_state_its_larger_layers_one_by_one() -> None:
    """0.33: FullAttentionSpec of 4 heads of 512, SlidingWindowSpec of 4 heads of 256."""
    model = _model(
        "gemma4_text",
        head_dim=256,
        layer_types=(["sliding_attention"] * 3 + ["full_attention"]) * 2,
        sliding_window=512,
        per_layer_config={"3": {"head_dim": 512}, "7": {"head_dim": 512}},
    )

    assert [layers.cache for layers in model.attention] == [
        KVHeads(kv_heads=4, head_dim=512),
        KVHeads(kv_heads=4, head_dim=256),
    ]


def test_every_layer_has_the_window_of_the_whole_where_the_class_states_none() -> None:
    """0.19 builds dots1 with 62 x SlidingWindowSpec, although `layer_types` says full attention."""
    model = _model("dots1", layer_types=["full_attention"] * 8, sliding_window=4096)

    assert [layers.span for layers in model.attention] == [SlidingWindow(tokens=4096)]


def test_longcat_flash_caches_two_latents_in_every_layer() -> None:
    """`vllm/model_executor/models/longcat_flash.py`, `FlashDecoderLayer`."""
    model = _model("longcat_flash", num_hidden_layers=ABSENT, num_layers=28, **_LATENT)

    assert [(layers.count, type(layers.cache)) for layers in model.attention] == [(56, MLACache)]


def test_hy_v4_lists_the_layers_with_an_indexer_of_their_own() -> None:
    """0.33: 34 MLAAttentionSpec of 576 values, 10 of 132 bytes."""
    types = ["full", "full", "shared", "shared"] * 2
    model = _model("hy_v4", **_LATENT, index_head_dim=128, index_n_heads=16, indexer_types=types)

    assert [(layers.count, layers.reusing) for layers in model.attention] == [(8, 0), (8, 4)]
    assert isinstance(model.attention[1].cache, SparseIndexerCache)


def test_minimax_m3_has_keys_of_blocks_in_its_sparse_layers() -> None:
    """`vllm/models/minimax_m3/nvidia/model.py`, `_sparse_attention_layer_ids`."""
    sparse = {"sparse_index_dim": 128, "sparse_attention_freq": [0] * 3 + [1] * 5}
    model = _model("minimax_m3_text", sparse_attention_config=sparse)

    assert model.attention[0] == AttentionLayers(count=8, cache=KVHeads(kv_heads=4, head_dim=64))
    assert model.attention[1] == AttentionLayers(count=5, cache=BlockKeyCache(width=128))


def test_step_3_has_one_kv_head_and_whole_projections_of_its_queries() -> None:
    """`vllm/model_executor/models/step3_text.py`, `Step3TextAttention`."""
    model = _model("step3_text", num_key_value_heads=ABSENT, share_q_dim=2048)

    assert [layers.cache for layers in model.attention] == [KVHeads(kv_heads=1, head_dim=256)]
    assert model.whole_parameters == 8 * 1024 * 2048


def test_deepseek_vl2_tiny_has_heads_instead_of_a_latent() -> None:
    model = _model("deepseek_v2", use_mla=False, kv_lora_rank=None, qk_nope_head_dim=0)

    assert [layers.cache for layers in model.attention] == [KVHeads(kv_heads=4, head_dim=64)]


def test_the_layers_for_multi_token_prediction_may_be_part_of_the_list() -> None:
    """Step 3.5 lists 48 `layer_types` for 45 layers."""
    model = _model("step3p5", layer_types=["full_attention"] * 11, num_nextn_predict_layers=3)

    assert [layers.count for layers in model.attention] == [8]


def test_the_states_of_olmo_hybrid_need_no_larger_blocks_and_no_state_of_the_prompt() -> None:
    """0.33: MambaSpec with `num_prefill_checkpoint_blocks=0`, blocks of 80 tokens."""
    linear = {
        "linear_num_key_heads": 30,
        "linear_key_head_dim": 96,
        "linear_conv_kernel_dim": 4,
        "linear_num_value_heads": 30,
        "linear_value_head_dim": 192,
    }
    kinds = (["linear_attention"] * 3 + ["full_attention"]) * 2
    model = _model("olmo_hybrid", layer_types=kinds, **linear)

    assert model.recurrent is not None
    assert (model.recurrent.state.has_checkpoints, model.recurrent.state.is_delta_net) == (False, False)
    assert model.recurrent.state.size_bytes(1, 2, 2) == 2 * (3 * 11_520 + 30 * 192 * 96)


def test_adapters_that_phi_4_multimodal_stores_are_not_loaded() -> None:
    """`vllm/model_executor/models/phi4mm.py`, `hf_to_vllm_mapper`; ranks x (in + out) of four matrices."""
    ranks = {"vision_lora": {"r": 256}, "speech_lora": {"r": 320}}
    sides = (1024 + 1536) + (1024 + 1024) + (1024 + 8192) + (4096 + 1024)
    model = _model("phi4mm", audio_processor={"name": "cascades"}, **ranks)

    assert model.weights.parameters == 10**9 - 8 * (256 + 320) * sides
    assert model.has_vision


@pytest.mark.parametrize(
    ("settings", "whole"),
    [({}, 0), ({"num_local_experts": 64, "moe_intermediate_size": 128}, 8 * 64 * 1024)],
)
def test_every_gpu_holds_the_routers_of_experts_whole(settings: dict[str, int], whole: int) -> None:
    """`ReplicatedLinear` in the sparse blocks of `vllm/model_executor/models/`."""
    assert _model("mixtral", **settings).whole_parameters == whole


def test_the_loops_of_iquest_coder_have_a_short_window_and_caches_of_their_own() -> None:
    """0.33: 8 FullAttentionSpec and 8 SlidingWindowSpec of 64 tokens for 8 layers and two loops."""
    model = _model("iquestloopcoder", loop_num=2, loop_window_size=64)
    cache = KVHeads(kv_heads=4, head_dim=64)

    assert model.attention == (
        AttentionLayers(count=8, cache=cache),
        AttentionLayers(count=8, cache=cache, span=SlidingWindow(tokens=64)),
    )


def test_alice_ai_has_kimi_delta_attention_next_to_heads() -> None:
    """`vllm/model_executor/models/alice_ai.py`, `get_mamba_state_shape_from_config`."""
    linear = {
        "linear_num_key_heads": 16,
        "linear_key_head_dim": 64,
        "linear_conv_kernel_dim": 4,
        "linear_num_value_heads": 16,
        "linear_value_head_dim": 64,
    }
    model = _model("alice_ai", layer_types=["linear_attention", "full_attention"] * 4, **linear)

    assert model.recurrent is not None
    assert model.recurrent.state.size_bytes(1, 2, 2) == 2 * 3 * 3 * 1024 + 4 * 16 * 64**2


def test_minimax_m3_without_sparse_layers_has_heads_alone() -> None:
    model = _model("minimax_m3_text", sparse_attention_config={"sparse_attention_freq": [0] * 8})

    assert [layers.cache for layers in model.attention] == [KVHeads(kv_heads=4, head_dim=64)]


def test_the_encoders_of_phi_4_multimodal_are_not_taken_for_a_second_output_head() -> None:
    """Its encoders of images and speech have more parameters than its embedding."""
    model = _model("phi4mm", audio_processor={"name": "cascades"})

    assert model.is_tied
    assert model.weights.parameters == 10**9
