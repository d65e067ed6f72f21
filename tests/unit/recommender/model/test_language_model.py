"""The parts of a model that depend on its architecture."""

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.language_model import stated_tie


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ({}, {}, None),
        ({"tie_word_embeddings": True}, {}, True),
        ({"tie_word_embeddings": False}, {"tie_word_embeddings": True}, True),
        ({}, {"tie_word_embeddings": False}, False),
    ],
    ids=["not stated", "outside", "either", "inside"],
)
def test_either_part_of_config_json_may_tie_the_output_head(
    outer: dict[str, object], inner: dict[str, object], *, expected: bool | None
) -> None:
    readers = (ConfigReader(each, name="config.json") for each in (outer, inner))

    assert stated_tie(*readers) is expected


def test_a_model_without_attention_needs_no_heads() -> None:
    sizes = {"state_size": 16, "conv_kernel": 4, "num_attention_heads": ABSENT}
    mamba = parse_model(llama(architectures=["MambaForCausalLM"], model_type="mamba", **sizes))

    assert (mamba.attention, mamba.shape.attention_heads) == ((), 0)


def test_a_model_with_attention_has_the_heads_that_it_states() -> None:
    assert real_model("Qwen/Qwen3-8B").shape.attention_heads == 32
