"""Architectures with recurrent states: what config.json may leave out."""

from support.metadata import llama

from recommender.model import parse_model

# `llama()`: two embeddings of 32,000 x 1024, 8 layers with a feed-forward block of 3 x 1024 x 4096.
_EMBEDDINGS = 2 * 32_000 * 1024
_FEED_FORWARD = 3 * 1024 * 4096


def test_qwen_3_next_stores_one_layer_for_multi_token_prediction_that_is_not_loaded() -> None:
    """`vllm/model_executor/models/qwen3_next_mtp.py`; config.json does not count it.

    Queries, gates and outputs of 16 heads of 64 with 4 KV heads in two layers and in the predicting one,
    which also projects two hidden states into one; the other six have a delta net of 8 heads of 64.
    """
    heads = {"linear_num_key_heads": 8, "linear_num_value_heads": 8, "linear_conv_kernel_dim": 4}
    sizes = {"linear_key_head_dim": 64, "linear_value_head_dim": 64}
    attention = 1024 * 64 * (3 * 16 + 2 * 4)
    delta_net = 1024 * (2 * 512 + 3 * 512 + 2 * 8)
    loaded = _EMBEDDINGS + 2 * attention + 6 * delta_net + 8 * _FEED_FORWARD
    prediction = attention + _FEED_FORWARD + 2 * 1024**2
    stored = {"BF16": loaded + prediction}
    model = parse_model(llama(model_type="qwen3_next", parameters=stored, **heads, **sizes))

    assert model.weights.float_values == loaded


def test_zamba_2_has_states_of_8_heads_in_one_group_of_twice_the_width_where_nothing_is_stated() -> None:
    """`Zamba2Config` of transformers: `mamba_expand`, `n_mamba_heads` and `mamba_ngroups`."""
    kinds = ["mamba", "mamba", "mamba", "hybrid"] * 2
    stated = {"layers_block_type": kinds, "mamba_d_state": 64, "mamba_d_conv": 4}
    model = parse_model(llama(model_type="zamba2", num_key_value_heads=16, **stated))

    assert model.recurrent is not None
    width, head_dim = 2 * 1024, 2 * 1024 // 8
    inputs, memory = 3 * (width + 2 * 1 * 64), 8 * head_dim * 64
    assert model.recurrent.state.size_bytes(1, 2, 2) == 2 * (inputs + memory)


def test_the_feed_forward_blocks_of_nemotron_h_have_no_gate() -> None:
    """`NemotronHMLP` of `vllm/model_executor/models/nemotron_h.py`: `up_proj` and `down_proj`."""
    states = {"mamba_num_heads": 16, "mamba_head_dim": 64, "ssm_state_size": 128, "conv_kernel": 4}
    model = parse_model(llama(model_type="nemotron_h", hybrid_override_pattern="M-M*M-M*", **states))

    assert model.shape.mlp_matrices == 2
