"""Keys that may mean more than keys and values of each token stand in the way of an estimate."""

import pytest
from support.metadata import llama

from recommender.model.config_reader import ConfigReader
from recommender.model.shape import parse_shape
from recommender.model.unreadable_keys import unreadable_key


def _found(**settings: object) -> str | None:
    config = ConfigReader(llama(**settings).config or {}, name="config.json")  # type: ignore[arg-type]
    return unreadable_key(config, parse_shape(config, mlp_matrices=3), read=frozenset({"linear_read"}))


@pytest.mark.parametrize(
    "settings",
    [
        {"mamba_d_state": 16},
        {"conv_L_cache": 3},
        {"linear_num_key_heads": 16},
        {"total_ut_steps": 4},
        {"n_recurrent_loops": 2},
        {"compress_ratios": [0, 4]},
        {"cross_attention_layers": [3]},
        {"index_topk": 2048},
        {"hc_mult": 4},
        {"layer_group_size": 8},
        {"is_encoder_decoder": True},
        {"block_configs": [{}]},
        {"global_attn_cfg": {"num_heads": 8}},
        {"caches_of_layers": [1, 1, 1, 1, 2, 2, 2, 2]},
    ],
    ids=str,
)
def test_a_key_of_states_or_further_caches_is_found(settings: dict[str, object]) -> None:
    assert _found(**settings) == next(iter(settings))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"use_conv_bias": True},
        {"mamba_d_state": None},
        {"mamba_d_state": 0},
        {"image_token_index": 7},
        {"vision_config": {"conv_size": 3}},
        {"slice_config": {"max_slice_nums": 9}},
        {"rope_parameters": {"rope_theta": 1e6}},
        {"attn_types": [1] * 8},
        {"mlp_layer_types": ["dense"] * 3 + ["sparse"] * 5},
        {"linear_read": 4},
    ],
    ids=str,
)
def test_any_other_key_is_not(settings: dict[str, object]) -> None:
    assert _found(**settings) is None
