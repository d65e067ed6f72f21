"""Sizes under the names that repositories use."""

import pytest
from support.metadata import ABSENT, llama

from recommender.model import HubMetadata, KVHeads, parse_model


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


def test_qwen_1_states_the_width_of_both_halves_of_its_blocks() -> None:
    """`vllm/model_executor/models/qwen.py`: `intermediate_size // 2`."""
    qwen = llama(architectures=["QWenLMHeadModel"], model_type="qwen", intermediate_size=22_016)

    assert parse_model(qwen).shape.intermediate_size == 11_008
