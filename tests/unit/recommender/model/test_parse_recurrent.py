"""Recurrent states, by the keys of their architectures."""

from typing import Any

import pytest
from support.metadata import llama

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
