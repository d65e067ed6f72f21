"""Parameters that every GPU holds whole, by hand, in models of 8 layers with a hidden size of 1024."""

from typing import Any

import pytest
from support.metadata import language_model, llama

from recommender.model import parse_model
from recommender.model.whole_parameters import whole_parameters

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


@pytest.mark.parametrize(("bits", "share"), [(None, 1), (16, 1), (8, 1 / 2), (4, 1 / 4)])
def test_latents_around_experts_are_whole_and_quantized(bits: int | None, share: float) -> None:
    """Nemotron 3: 5 of 8 layers have a projection into a latent of 512 and one out; routers are plain."""
    experts = {**_EXPERTS, "first_k_dense_replace": 3, "moe_latent_size": 512}
    latents, routers = 5 * 2 * 512 * 1024, 5 * 64 * 1024

    assert whole_parameters(language_model(**experts), bits) == share * latents + routers
