"""Recurrent states, by the keys of their architectures."""

from typing import Any

import pytest
from support.metadata import llama, real_model

from recommender.model import RecurrentState, StateTensor, parse_model

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


_LINEAR = {
    "linear_num_key_heads": 4,
    "linear_key_head_dim": 32,
    "linear_num_value_heads": 8,
    "linear_value_head_dim": 48,
    "linear_conv_kernel_dim": 5,
}
_CONVOLVED, _HALF = ["linear_attention", "full_attention"] * 4, ["conv", "full_attention"] * 4


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"model_type": "qwen3_next", "layer_types": _CONVOLVED, "mamba_ssm_dtype": "float32", **_LINEAR},
            RecurrentState(
                tensors=(
                    StateTensor(values=4 * (2 * 4 * 32 + 8 * 48)),
                    StateTensor(values=8 * 48 * 32, value_bytes=4),
                ),
                heads=(4, 8),
                merged_width=2 * 4 * 32 + 2 * 8 * 48,
                output_widths=(4 * 32, 8 * 48),
                input_widths=(8 * 48,),
                has_checkpoints=True,
                is_delta_net=True,
            ),
        ),
        (
            {"model_type": "jamba", "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 3,
             "attn_layer_period": 8, "attn_layer_offset": 4},
            RecurrentState(
                tensors=(StateTensor(values=3 * 3 * 1024), StateTensor(values=16 * 3 * 1024)),
                heads=(3 * 1024,),
                merged_width=2 * 3 * 1024,
                input_widths=(3 * 1024,),
            ),
        ),
        (
            {"model_type": "jamba", "mamba_d_state": 16, "mamba_d_conv": 4,
             "attn_layer_period": 8, "attn_layer_offset": 4},
            RecurrentState(
                tensors=(StateTensor(values=3 * 2 * 1024), StateTensor(values=16 * 2 * 1024)),
                heads=(2 * 1024,),
                merged_width=2 * 2 * 1024,
                input_widths=(2 * 1024,),
            ),
        ),
        (
            {"model_type": "mamba", "state_size": 16, "conv_kernel": 4},
            RecurrentState(
                tensors=(StateTensor(values=3 * 4096), StateTensor(values=16 * 4096)),
                heads=(4096,),
                merged_width=2 * 4096,
                input_widths=(4096,),
            ),
        ),
        (
            {"model_type": "bamba", "attn_layer_indices": [3, 7], **_MAMBA_2},
            RecurrentState(
                tensors=(StateTensor(values=3 * 32 * 64), StateTensor(values=32 * 64 * 128)),
                heads=(32,),
                groups=2,
                values_per_group=3 * 2 * 128,
                parameters_per_group=2 * 128 * 1024,
                merged_width=2 * 32 * 64 + 2 * 2 * 128 + 32,
                input_widths=(32 * 64,),
                has_checkpoints=True,
            ),
        ),
        (
            {"model_type": "zamba2", "layers_block_type": ["mamba", "hybrid"] * 4, "mamba_d_state": 64,
             "mamba_d_conv": 4, "mamba_expand": 3},
            RecurrentState(
                tensors=(StateTensor(values=3 * 3 * 1024), StateTensor(values=3 * 1024 * 64)),
                heads=(8,),
                groups=1,
                values_per_group=3 * 2 * 64,
                parameters_per_group=2 * 64 * 1024,
                merged_width=2 * 3 * 1024 + 2 * 64 + 8,
                input_widths=(3 * 1024,),
                has_checkpoints=True,
            ),
        ),
        (
            {"model_type": "lfm2", "layer_types": _HALF, "conv_L_cache": 5, "conv_dim": 512},
            RecurrentState(
                tensors=(StateTensor(values=4 * 512),),
                heads=(512,),
                merged_width=3 * 512,
                input_widths=(512,),
            ),
        ),
        (
            {"model_type": "minimax_m1", "attn_type_list": [0, 1] * 4},
            RecurrentState(
                tensors=(StateTensor(values=16 * 64**2),),
                heads=(16,),
                merged_width=3 * 16 * 64,
                output_widths=(16 * 64,),
                input_widths=(16 * 64,),
            ),
        ),
        (
            {"model_type": "alice_ai", "layer_types": _CONVOLVED, **_LINEAR},
            RecurrentState(
                tensors=(
                    StateTensor(values=4 * 3 * 4 * 32),
                    StateTensor(values=4 * 32**2, value_bytes=4),
                ),
                heads=(4,),
                merged_width=3 * 4 * 32,
                output_widths=(4 * 32,),
                input_widths=(4 * 32,),
            ),
        ),
    ],
    ids=["delta net", "jamba", "jamba, default", "mamba", "mamba 2", "zamba2", "lfm2", "minimax", "alice"],
)  # fmt: skip
def test_a_state_has_tensors_and_projections_of_its_kind(
    settings: dict[str, Any], expected: RecurrentState
) -> None:
    """A kernel of n steps keeps n - 1 inputs: `MambaStateShapeCalculator` of `mamba_utils.py`."""
    recurrent = parse_model(llama(**settings)).recurrent

    assert recurrent is not None
    assert expected == recurrent.state


def test_a_layer_of_mamba_2_has_one_group_where_none_is_stated() -> None:
    """transformers, `BambaConfig`."""
    sizes = {key: value for key, value in _MAMBA_2.items() if key != "mamba_n_groups"}
    recurrent = parse_model(llama(model_type="bamba", attn_layer_indices=[3], **sizes)).recurrent

    assert recurrent is not None
    assert recurrent.state.groups == 1
    assert recurrent.state.merged_width == 2 * 32 * 64 + 2 * 128 + 32
