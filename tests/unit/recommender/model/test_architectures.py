"""The table of supported architectures."""

import pytest

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
