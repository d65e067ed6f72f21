"""Parameters that follow from the shape."""

import dataclasses
from typing import Any

import pytest
from support.metadata import language_model, llama, real, real_model

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.parameters import (
    expert_layers,
    language_parameters,
    prediction_layer_parameters,
    vision_parameters,
)

_NOT_COUNTED: dict[str, object] = {"safetensors": None}
_EMBEDDINGS, _FEED_FORWARD = 2 * 32_000 * 1024, 3 * 1024 * 4096
_ATTENTION = 1024 * 64 * (2 * 16 + 2 * 4)


def test_parameters_follow_from_the_shape_where_the_hub_counts_none() -> None:
    """facebook/opt-1.3b has 1,315,758,080 parameters; its repository has no safetensors."""
    assert real_model("facebook/opt-1.3b").weights.parameters == pytest.approx(1.316e9, rel=0.1)
    assert real_model("EleutherAI/gpt-j-6b").weights.parameters == pytest.approx(6.05e9, rel=0.02)


@pytest.mark.parametrize(
    "model_id",
    [
        "tiiuae/falcon-mamba-7b",
        "tiiuae/Falcon-H1-0.5B-Base",
        "ai21labs/AI21-Jamba-Mini-1.5",
        "moonshotai/Kimi-Linear-48B-A3B-Instruct",
        "nvidia/NVIDIA-Nemotron-Nano-9B-v2",
        "ibm-granite/granite-4.0-h-350m",
    ],
)
def test_parameters_of_models_with_states_follow_from_the_shape_too(model_id: str) -> None:
    """As the Hub counts them, without norms, convolutions and biases."""
    uncounted = parse_model(dataclasses.replace(real(model_id), information={}))

    assert uncounted.weights.parameters == pytest.approx(real_model(model_id).weights.parameters, rel=2e-3)


@pytest.mark.parametrize("dense", [0, 3])
def test_some_blocks_of_a_mixture_of_experts_have_no_experts(dense: int) -> None:
    experts = {"num_local_experts": 4, "moe_intermediate_size": 512, "first_k_dense_replace": dense}
    sparse = 3 * 1024 * 512 * 4 + 4 * 1024

    assert language_parameters(language_model(**experts)) == (
        8 * _ATTENTION + _EMBEDDINGS + dense * _FEED_FORWARD + (8 - dense) * sparse
    )


def test_an_encoder_of_images_counts_even_where_its_merger_is_not_stated() -> None:
    """By hand: four square matrices of attention and two of the feed-forward block in each layer."""
    sizes = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 3}

    assert vision_parameters(ConfigReader(sizes, name="x")) == 3 * (4 * 64**2 + 2 * 64 * 256)
    assert vision_parameters(ConfigReader({}, name="x")) == 0


def test_a_layer_of_mamba_2_has_gates_inputs_groups_and_steps() -> None:
    """Bamba, 2 of 8 layers with attention: 2 x 512 + 2 x 4 x 32 + 8 values in, 512 out."""
    model = parse_model(
        llama(
            information=_NOT_COUNTED,
            model_type="bamba",
            architectures=["BambaForCausalLM"],
            attn_layer_indices=[1, 5],
            mamba_n_heads=8,
            mamba_d_head=64,
            mamba_d_state=32,
            mamba_n_groups=4,
            mamba_d_conv=4,
        )
    )
    state = 1024 * (2 * 512 + 2 * 4 * 32 + 8) + 512 * 1024

    assert model.weights.parameters == 2 * _ATTENTION + 6 * state + 8 * _FEED_FORWARD + _EMBEDDINGS


def test_a_gated_delta_net_has_keys_values_and_gates() -> None:
    """Qwen3-Next, every fourth of 8 layers with attention, whose queries have gates."""
    model = parse_model(
        llama(
            information=_NOT_COUNTED,
            model_type="qwen3_next",
            architectures=["Qwen3NextForCausalLM"],
            linear_num_key_heads=4,
            linear_key_head_dim=32,
            linear_num_value_heads=8,
            linear_value_head_dim=48,
            linear_conv_kernel_dim=4,
        )
    )
    gates = 1024 * 64 * 16
    state = 1024 * (2 * 4 * 32 + 2 * 8 * 48 + 2 * 8) + 8 * 48 * 1024

    assert model.shape.gates_attention
    assert model.weights.parameters == (
        2 * (_ATTENTION + gates) + 6 * state + 8 * _FEED_FORWARD + _EMBEDDINGS
    )


@pytest.mark.parametrize("query_rank", [None, 256])
def test_latent_attention_has_projections_into_the_latents_and_out_of_them(query_rank: int | None) -> None:
    """DeepSeek V2: a latent of 128 and a rotary key of 32; keys of 64, values of 48 for each of 16 heads."""
    model = parse_model(
        llama(
            information=_NOT_COUNTED,
            model_type="deepseek_v2",
            architectures=["DeepseekV2ForCausalLM"],
            kv_lora_rank=128,
            qk_rope_head_dim=32,
            qk_nope_head_dim=64,
            v_head_dim=48,
            q_lora_rank=query_rank,
        )
    )
    queries = 16 * (64 + 32)
    of_queries = 1024 * queries if query_rank is None else 256 * (1024 + queries)
    attention = of_queries + 1024 * (128 + 32) + 128 * 16 * (64 + 48) + 16 * 48 * 1024

    assert model.weights.parameters == 8 * (attention + _FEED_FORWARD) + _EMBEDDINGS


def test_layers_that_share_a_cache_may_have_blocks_of_twice_the_width() -> None:
    """Gemma 4 E2B: the last 3 of 8 layers, and an embedding of 16 values for each layer and token."""
    settings = {
        "information": _NOT_COUNTED,
        "model_type": "gemma4_text",
        "architectures": ["Gemma4ForCausalLM"],
        "num_kv_shared_layers": 3,
        "hidden_size_per_layer_input": 16,
        "vocab_size_per_layer_input": 30_000,
        "layer_types": ["sliding_attention"] * 7 + ["full_attention"],
        "sliding_window": 512,
    }
    plain = parse_model(llama(**settings)).weights.parameters
    wide = parse_model(llama(**settings, use_double_wide_mlp=True)).weights.parameters

    assert wide - plain == 3 * _FEED_FORWARD
    assert plain == 8 * (_ATTENTION + _FEED_FORWARD) + _EMBEDDINGS // 2 + 8 * 30_000 * 16


def test_a_shared_block_counts_once_for_each_call() -> None:
    """Zamba2: every layer has a state of 8 heads of 256; two call a block of attention and feed-forward."""
    state = 1024 * (2 * 2048 + 2 * 64 + 8) + 2048 * 1024
    zamba = language_model(
        model_type="zamba2",
        layers_block_type=["mamba", "mamba", "mamba", "hybrid"] * 2,
        mamba_d_state=64,
        mamba_d_conv=4,
        mamba_expand=2,
        n_mamba_heads=8,
    )

    assert language_parameters(zamba) == 6 * state + 2 * (_ATTENTION + _FEED_FORWARD) + _EMBEDDINGS


def test_llama_4_has_wider_blocks_where_it_has_no_experts() -> None:
    """Every second of 8 layers has 4 experts, the others a block of `intermediate_size_mlp`."""
    experts = {"num_local_experts": 4, "interleave_moe_layer_step": 2, "intermediate_size_mlp": 6000}
    sparse = 4 * _FEED_FORWARD + 4 * 1024

    assert language_parameters(language_model(model_type="llama4_text", **experts)) == (
        8 * _ATTENTION + 4 * sparse + 4 * 3 * 1024 * 6000 + _EMBEDDINGS
    )


def test_learned_positions_count() -> None:
    """OPT has a vector for each position, and no gate."""
    model = parse_model(
        llama(information=_NOT_COUNTED, model_type="opt", architectures=["OPTForCausalLM"], ffn_dim=4096)
    )

    assert model.weights.parameters == 8 * (_ATTENTION + 2 * 1024 * 4096) + _EMBEDDINGS // 2 + 8192 * 1024


def test_feed_forward_blocks_may_be_layers_of_their_own() -> None:
    """Of Nemotron Nano 9B's 56 layers 25 are feed-forward blocks."""
    assert real_model("nvidia/NVIDIA-Nemotron-Nano-9B-v2").feed_forward_layers == 25
    assert real_model("meta-llama/Llama-3.1-8B-Instruct").feed_forward_layers == 32
    assert real_model("tiiuae/falcon-mamba-7b").feed_forward_layers == 0


def test_the_merger_of_qwen_3_vl_has_two_matrices() -> None:
    """By hand: 2 x 2 patches of 64 values are merged, into a square matrix and one of 320 outputs."""
    sizes = {"hidden_size": 64, "intermediate_size": 200, "depth": 5, "spatial_merge_size": 2}
    layers, merger = 5 * (4 * 64**2 + 2 * 64 * 200), 256**2 + 256 * 320

    assert vision_parameters(ConfigReader({**sizes, "out_hidden_size": 320}, name="x")) == layers + merger


def test_an_indexer_has_queries_of_the_latent_and_keys_and_weights_of_the_hidden_state() -> None:
    """DeepSeek V3.2: 4 heads of 32, in addition to the latent attention of V3."""
    latent = {
        "information": _NOT_COUNTED,
        "kv_lora_rank": 128,
        "qk_rope_head_dim": 32,
        "qk_nope_head_dim": 64,
        "v_head_dim": 48,
        "q_lora_rank": 256,
    }
    indexer = {"index_n_heads": 4, "index_head_dim": 32}
    plain = parse_model(llama(model_type="deepseek_v3", **latent)).weights.parameters
    sparse = parse_model(llama(model_type="deepseek_v32", **latent, **indexer)).weights.parameters

    assert sparse - plain == 8 * (256 * 4 * 32 + 1024 * (32 + 4))


def test_experts_may_work_in_a_narrower_space_and_be_shared() -> None:
    """Nemotron-H: two matrices of each expert over 512 of 1024 values, and one into that space and out."""
    experts = {"num_local_experts": 4, "moe_intermediate_size": 256, "n_shared_experts": 2}
    plain, latent = (
        parse_model(llama(information=_NOT_COUNTED, model_type="qwen2_moe", **experts, **settings)).weights
        for settings in ({}, {"moe_latent_size": 512})
    )
    routers, shared = 4 * 1024, 3 * 1024 * 2 * 256

    assert plain.parameters == 8 * (_ATTENTION + 4 * 3 * 1024 * 256 + routers + shared) + _EMBEDDINGS
    assert latent.parameters == (
        8 * (_ATTENTION + 4 * 3 * 512 * 256 + 2 * 512 * 1024 + routers + shared) + _EMBEDDINGS
    )


@pytest.mark.parametrize(("dense", "sparse"), [(0, 8), (3, 5), (8, 0), (9, 0)])
def test_layers_with_experts_are_those_after_the_dense_ones(dense: int, sparse: int) -> None:
    experts = {"num_local_experts": 4, "first_k_dense_replace": dense}

    assert expert_layers(language_model(**experts)) == sparse
    assert expert_layers(language_model(first_k_dense_replace=dense)) == 0


def test_a_layer_for_multi_token_prediction_has_attention_a_block_and_a_projection_of_two_states() -> None:
    """DeepSeek V3 technical report, section 2.2: the projection is a matrix of d x 2d."""
    sizes = {"num_local_experts": 4, "moe_intermediate_size": 512}
    experts = 4 * 3 * 1024 * 512 + 4 * 1024
    projection = 2 * 1024 * 1024

    assert prediction_layer_parameters(language_model()) == _ATTENTION + _FEED_FORWARD + projection
    assert prediction_layer_parameters(language_model(**sizes)) == _ATTENTION + experts + projection
    assert prediction_layer_parameters(language_model(**sizes), sparse=False) == (
        _ATTENTION + _FEED_FORWARD + projection
    )


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        (
            {"model_type": "jamba", "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2,
             "attn_layer_period": 4},
            (2 + 1) * 2048 * 1024 + 2048 * (64 + 2 * 16) + 64 * 2048 + 2048 * 16,
        ),
        (
            {"model_type": "lfm2", "full_attn_idxs": [0, 4], "conv_L_cache": 3, "conv_dim": 512},
            (3 + 1) * 512 * 1024,
        ),
        ({"model_type": "minimax_m1", "attn_type_list": [1, 0, 0, 0] * 2}, (3 + 1 + 1) * 16 * 64 * 1024),
        (
            {"model_type": "alice_ai", "layer_types": ["full_attention", *["linear_attention"] * 3] * 2,
             "linear_num_key_heads": 8, "linear_key_head_dim": 32, "linear_conv_kernel_dim": 4},
            (3 + 1) * 8 * 32 * 1024,
        ),
    ],
    ids=["jamba", "lfm2", "minimax", "alice"],
)  # fmt: skip
def test_a_recurrent_layer_has_a_projection_into_its_state_and_one_out_of_it(
    settings: dict[str, Any], state: int
) -> None:
    """6 of 8 layers. In are inputs and gates, and three for convolutions and linear attention.

    Mamba 1 computes steps of rank 64 and two vectors of its state from its inputs, and has a matrix `A`.
    """
    assert language_parameters(language_model(**settings)) == (
        2 * _ATTENTION + 6 * state + 8 * _FEED_FORWARD + _EMBEDDINGS
    )
