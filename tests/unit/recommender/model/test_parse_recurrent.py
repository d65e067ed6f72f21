"""Recurrent states, by the keys of their architectures."""

from typing import Any

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model

_MAMBA_2 = {
    "mamba_n_heads": 32,
    "mamba_d_head": 64,
    "mamba_d_state": 128,
    "mamba_n_groups": 2,
    "mamba_d_conv": 4,
}


@pytest.mark.parametrize(
    ("settings", "attention_layers", "state_bytes"),
    [
        (
            {"model_type": "bamba", "attn_layer_indices": [3, 7], **_MAMBA_2},
            2,
            (32 * 64 + 2 * 2 * 128) * 3 * 2 + 32 * 64 * 128 * 2,
        ),
        (
            {"model_type": "lfm2", "layer_types": ["conv", "full_attention"] * 4, "conv_L_cache": 3},
            4,
            1024 * 2 * 2,
        ),
        ({"model_type": "lfm2", "full_attn_idxs": [2], "conv_L_cache": 3}, 1, 1024 * 2 * 2),
        ({"model_type": "minimax_m1", "attn_type_list": [0, 0, 0, 1] * 2}, 2, 16 * 64 * 64 * 2),
        ({"model_type": "mamba2", "num_heads": 16, "n_groups": 1, "state_size": 128, "conv_kernel": 4}, 0,
         (16 * 64 + 2 * 128) * 3 * 2 + 16 * 64 * 128 * 2),
    ],
    ids=["bamba", "lfm2", "lfm2 by index", "minimax", "mamba2"],
)  # fmt: skip
def test_a_state_has_the_size_of_its_kind(
    settings: dict[str, Any], attention_layers: int, state_bytes: int
) -> None:
    model = parse_model(llama(head_dim=64, **settings))

    assert model.recurrent is not None
    assert sum(layers.count for layers in model.attention) == attention_layers
    assert model.recurrent.count == 8 - attention_layers
    assert model.recurrent.state.size_bytes(1, 2, 4) == state_bytes


@pytest.mark.parametrize(
    ("model_id", "merged"),
    [
        ("ai21labs/AI21-Jamba-Mini-1.5", 2 * 8192),
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", 3 * 32 * 128),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", 2 * 16 * 128 + 2 * 32 * 128),
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 2 * 4096 + 2 * 8 * 128 + 64),
    ],
)
def test_the_projection_into_a_state_is_one_matrix(model_id: str, merged: int) -> None:
    """By hand: inputs and gates; queries, keys and values; keys, values and gates; and Mamba 2's groups."""
    recurrent = real_model(model_id).recurrent

    assert recurrent is not None
    assert recurrent.state.merged_width == merged


def test_a_short_convolution_has_inputs_and_two_gates() -> None:
    """LFM2: `in_proj` of `ShortConv`, `vllm/model_executor/layers/mamba/short_conv.py`."""
    layers = ["conv"] * 6 + ["full_attention"] * 2
    model = parse_model(
        llama(model_type="lfm2", architectures=["Lfm2ForCausalLM"], layer_types=layers, conv_L_cache=3)
    )

    assert model.recurrent is not None
    assert model.recurrent.state.merged_width == 3 * 1024
