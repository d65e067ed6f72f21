"""The table of supported architectures."""

import pytest
from support.metadata import ABSENT, llama

from recommender.model import parse_model
from recommender.model.architectures import ARCHITECTURES
from recommender.model.parse import WRAPPERS
from recommender.model.parse_attention import FOREIGN_KEYS


@pytest.mark.parametrize("model_type", sorted(ARCHITECTURES))
def test_an_architecture_without_attention_has_a_recurrent_state(model_type: str) -> None:
    architecture = ARCHITECTURES[model_type]

    assert architecture.attention != "none" or architecture.states is not None


@pytest.mark.parametrize("model_type", sorted(ARCHITECTURES))
def test_own_keys_are_keys_that_other_architectures_are_refused_for(model_type: str) -> None:
    """Except for two that are read, or refused, next to the KV heads."""
    others = {"kv_lora_rank", "swa_head_dim"}

    assert ARCHITECTURES[model_type].own_keys - others <= set(FOREIGN_KEYS)


def test_a_wrapper_states_the_type_of_its_language_model_or_is_one_itself() -> None:
    assert {name for name in WRAPPERS if name in ARCHITECTURES} == {"gemma3", "qwen2_5_vl", "qwen2_vl"}


@pytest.mark.parametrize(
    ("model_type", "attention"),
    [
        ("llama", "heads"),
        ("deepseek_v3", "mla"),
        ("deepseek_v32", "sparse_mla"),
        ("minicpm3", "mla_as_heads"),
        ("nemotron-nas", "heads_per_block"),
        ("mamba", "none"),
    ],
)
def test_an_architecture_has_its_kind_of_attention(model_type: str, attention: str) -> None:
    assert attention == ARCHITECTURES[model_type].attention


_SIZES = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "max_position_embeddings",
)


@pytest.mark.parametrize(
    ("model_type", "vocabulary", "feed_forward", "context"),
    [("llama", 32_000, 11_008, 2048), ("qwen2", 151_936, 22_016, 32_768)],
)
def test_sizes_that_are_left_out_are_those_of_the_class(
    model_type: str, vocabulary: int, feed_forward: int, context: int
) -> None:
    """`LlamaConfig` and `Qwen2Config` of transformers, both with 32 layers, 32 heads and a width of 4096."""
    model = parse_model(
        llama(information={"safetensors": None}, model_type=model_type, **dict.fromkeys(_SIZES, ABSENT))
    )
    shape = model.shape

    assert (shape.layers, shape.attention_heads, shape.kv_heads, shape.hidden_size) == (32, 32, 32, 4096)
    assert (shape.vocabulary, shape.intermediate_size) == (vocabulary, feed_forward)
    assert model.max_position_embeddings == context


@pytest.mark.parametrize(
    ("model_type", "head_dim"), [("qwen3", 128), ("qwen3_moe", 128), ("gemma", 256), ("step3_text", 256)]
)
def test_a_head_may_be_wider_than_its_share_of_the_hidden_size(model_type: str, head_dim: int) -> None:
    assert parse_model(llama(model_type=model_type)).shape.head_dim == head_dim


@pytest.mark.parametrize(
    ("model_type", "matrices"),
    [
        ("llama", 3),
        ("gpt_neox", 2),
        ("starcoder2", 2),
        ("gpt2", 2),
        ("bloom", 2),
        ("gpt_bigcode", 2),
    ],
)
def test_a_feed_forward_block_has_three_matrices_with_a_gate_and_two_without(
    model_type: str, matrices: int
) -> None:
    assert ARCHITECTURES[model_type].mlp_matrices == matrices
