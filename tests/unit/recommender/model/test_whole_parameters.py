"""Parameters that every GPU holds whole, by hand, in models of 8 layers with a hidden size of 1024."""

from typing import Any

import pytest
from support.metadata import llama

from recommender.model import parse_model

_EXPERTS = {"num_local_experts": 64, "moe_intermediate_size": 128}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 0),
        ({"model_type": "mixtral", **_EXPERTS}, 8 * 64 * 1024),
        ({"model_type": "minimax_m2", **_EXPERTS}, 2 * 8 * 64 * 1024),
        (
            {"model_type": "minicpm3", "q_lora_rank": 256, "kv_lora_rank": 128, "qk_nope_head_dim": 64,
             "qk_rope_head_dim": 32},
            8 * 1024 * (256 + 128 + 32),
        ),
        ({"model_type": "opt"}, 1024 * 8192),
        ({"model_type": "gemma3n_text", "hidden_size_per_layer_input": 16}, 2 * 8 * 1024 * 16),
        ({"model_type": "step3_text", "share_q_dim": 512}, 8 * 1024 * 512),
        (
            {"model_type": "zamba2", "layers_block_type": ["mamba", "mamba", "mamba", "hybrid"] * 2,
             "mamba_d_state": 64, "mamba_d_conv": 4},
            2 * 1024**2,
        ),
    ],
    ids=["dense", "experts", "float32 routers", "latents", "positions", "layer inputs", "queries", "shared"],
)  # fmt: skip
def test_a_matrix_that_is_not_divided_is_whole(settings: dict[str, Any], expected: int) -> None:
    """`ReplicatedLinear` of the classes in `vllm/model_executor/models/`."""
    assert expected == parse_model(llama(**settings)).whole_parameters
