"""Sizes under the names that repositories use."""

import pytest
from support.metadata import ABSENT, llama

from recommender.model import HubMetadata, KVHeads, parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata
from recommender.model.shape import parse_shape
from recommender.model.values import Shape


def test_head_size_follows_from_the_hidden_size_where_it_is_not_stated() -> None:
    model = parse_model(llama(hidden_size=2048, num_attention_heads=16))

    assert KVHeads(kv_heads=4, head_dim=128) == model.attention[0].cache


def test_stated_head_size_wins_over_the_computed_one() -> None:
    model = parse_model(llama(head_dim=96))

    assert KVHeads(kv_heads=4, head_dim=96) == model.attention[0].cache


def test_keys_with_a_default_in_transformers_may_be_left_out() -> None:
    """llava-1.5-7b says of its Llama no more than its type; `LlamaConfig` is that of Llama 2 7B."""
    shape = parse_model(
        HubMetadata(
            model_id="org/llava",
            information=llama().information,
            config={
                "architectures": ["LlavaForConditionalGeneration"],
                "model_type": "llava",
                "text_config": {"model_type": "llama", "max_position_embeddings": 4096, "vocab_size": 32_064},
            },
        )
    ).shape

    assert (shape.layers, shape.hidden_size, shape.attention_heads, shape.kv_heads) == (32, 4096, 32, 32)


def test_gemma_has_a_head_size_of_256_where_none_is_stated() -> None:
    assert parse_model(llama(model_type="gemma2", head_dim=ABSENT)).shape.head_dim == 256


@pytest.mark.parametrize(
    ("settings", "layers"),
    [
        ({"model_type": "nemotron_h", "layers_block_type": ["mamba", "moe", "attention", "moe"]}, 4),
        ({"model_type": "nemotron_h", "hybrid_override_pattern": "M-M*M"}, 5),
        ({"model_type": "mistral", "layer_types": ["full_attention"] * 6}, 6),
    ],
)
def test_the_number_of_layers_may_be_the_length_of_their_list(
    settings: dict[str, object], layers: int
) -> None:
    """transformers, `NemotronHConfig`, which has no `num_hidden_layers` of its own."""
    state = {"mamba_num_heads": 16, "mamba_head_dim": 64, "ssm_state_size": 128, "conv_kernel": 4}
    hybrid = state if settings["model_type"] == "nemotron_h" else {}

    assert parse_model(llama(num_hidden_layers=ABSENT, **hybrid, **settings)).shape.layers == layers


@pytest.mark.parametrize(("factor", "width"), [(1.5, 1024), (1.6, 1280), (3, 2048)])
def test_the_width_of_a_block_of_nemotron_nas_is_a_multiple_of_256(factor: float, width: int) -> None:
    """`_ffn_mult_to_intermediate_size`: 2 x 1024 x the factor / 3, rounded up; that of the widest block."""
    blocks = [
        {"attention": {"n_heads_in_group": 8}, "ffn": {"ffn_mult": each}} for each in [0.5] * 7 + [factor]
    ]
    shape = parse_model(
        llama(model_type="nemotron-nas", intermediate_size=ABSENT, block_configs=blocks)
    ).shape

    assert shape.intermediate_size == width


def test_the_parameters_of_experts_are_those_of_all_sparse_layers() -> None:
    """7 of 8 layers with 4 experts of three matrices of 1024 x 512."""
    experts = {"num_local_experts": 4, "moe_intermediate_size": 512, "first_k_dense_replace": 1}

    assert parse_model(llama(**experts)).shape.expert_parameters == 7 * 4 * 3 * 1024 * 512


def test_qwen_1_states_the_width_of_both_halves_of_its_blocks() -> None:
    """`vllm/model_executor/models/qwen.py`: `intermediate_size // 2`."""
    qwen = llama(architectures=["QWenLMHeadModel"], model_type="qwen", intermediate_size=22_016)

    assert parse_model(qwen).shape.intermediate_size == 11_008


@pytest.mark.parametrize(("settings", "factor"), [({}, 4), ({"expansion_ratio": 3}, 3)], ids=str)
def test_a_width_that_is_not_stated_is_a_multiple_of_the_hidden_size(
    settings: dict[str, int], factor: int
) -> None:
    """MPT states the factor: `MptConfig` of transformers."""
    shape = parse_model(llama(model_type="mpt", intermediate_size=ABSENT, **settings)).shape

    assert shape.intermediate_size == factor * 1024


def shape_of(**settings: object) -> Shape:
    return parse_shape(ConfigReader(llama(**settings).config, name="config.json"), mlp_matrices=3)


@pytest.mark.parametrize(
    ("settings", "width"),
    [
        ({"n_shared_experts": 3}, 3 * 512),
        ({"shared_expert_intermediate_size": 700}, 700),
        ({"shared_expert_intermediate_size": 700, "num_shared_experts": 2}, 700),
        ({}, 0),
    ],
    ids=str,
)
def test_shared_experts_are_as_wide_as_stated_or_as_the_others(settings: dict[str, int], width: int) -> None:
    experts = {"num_local_experts": 4, "moe_intermediate_size": 512}

    assert shape_of(**experts, **settings).shared_expert_size == width
    assert shape_of(**settings).shared_expert_size == 0


@pytest.mark.parametrize(
    ("settings", "dense"),
    [
        ({}, 0),
        ({"first_k_dense_replace": 3}, 3),
        ({"num_dense_layers": 2}, 2),
        ({"moe_layer_freq": [0, 0, 0, 1, 1, 1, 1, 1]}, 3),
        ({"mlp_layer_types": ["dense"] + ["sparse"] * 7}, 1),
        ({"expert_layer_period": 4, "expert_layer_offset": 1}, 8 - len([1, 5])),
        ({"expert_layer_period": 2, "expert_layer_offset": 0}, 8 - len([0, 2, 4, 6])),
        ({"interleave_moe_layer_step": 1}, 0),
        ({"interleave_moe_layer_step": 3}, 8 - len([2, 5])),
    ],
    ids=str,
)
def test_some_layers_of_a_mixture_of_experts_have_none(settings: dict[str, object], dense: int) -> None:
    """DeepSeek, AFMoE, MiniMax M3, transformers 5.20, `JambaConfig` and `Llama4TextConfig` state them."""
    assert shape_of(num_local_experts=4, **settings).dense_layers == dense
    assert shape_of(**settings).dense_layers == 0


@pytest.mark.parametrize(
    ("settings", "kv_heads"),
    [
        ({"multi_query": True}, 1),
        ({"multi_query": True, "new_decoder_architecture": True}, 4),
        ({"multi_query": False}, 4),
        ({"multi_query_attention": True, "multi_query_group_num": 2, "num_key_value_heads": ABSENT}, 2),
        ({"num_key_value_heads": ABSENT}, 16),
    ],
    ids=str,
)
def test_all_heads_share_one_kv_head_in_multi_query_attention(
    settings: dict[str, object], kv_heads: int
) -> None:
    """`get_total_num_kv_heads`, `vllm/transformers_utils/model_arch_config_convertor.py`."""
    assert shape_of(**settings).kv_heads == kv_heads


def test_a_model_has_at_most_10_000_layers() -> None:
    assert shape_of(num_hidden_layers=10_000).layers == 10_000
    with pytest.raises(ImplausibleMetadata, match="10001 layers"):
        shape_of(num_hidden_layers=10_001)


@pytest.mark.parametrize(("factor", "beyond", "width"), [(1 / 1024, 1 / 1025, 256), (1024, 1024.5, 2**21)])
def test_the_width_of_a_block_is_between_1_1024th_and_1024_times_the_hidden_size(
    factor: float, beyond: float, width: int
) -> None:
    """2 x 3072 / 3 times the factor, rounded up to a multiple of 256."""
    found = {
        "hidden_size": 3072,
        "intermediate_size": ABSENT,
        "block_configs": [{"ffn": {"ffn_mult": factor}}],
    }
    unlikely = {**found, "block_configs": [{"ffn": {"ffn_mult": beyond}}]}

    assert shape_of(**found).intermediate_size == width
    with pytest.raises(ImplausibleMetadata, match="ffn_mult"):
        shape_of(**unlikely)
