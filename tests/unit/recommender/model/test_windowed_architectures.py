"""Architectures of which some layers have a window or a chunk."""

from typing import Any

import pytest
from support.metadata import ABSENT, llama

from recommender.model import parse_model


@pytest.mark.parametrize(
    ("model_type", "period"),
    [
        ("gemma2", 2),
        ("vaultgemma", 2),
        ("gpt_oss", 2),
        ("cohere2", 4),
        ("exaone4", 4),
        ("olmo3", 4),
        ("cohere2_moe", 4),
        ("exaone_moe", 4),
        ("llama4_text", 4),
        ("step3p5", 4),
        ("gemma3n_text", 5),
        ("gemma3_text", 6),
        ("gemma4_text", 6),
    ],
)
def test_one_layer_in_a_period_has_full_attention_where_config_json_lists_none(
    model_type: str, period: int
) -> None:
    """The defaults of transformers' classes; 60 layers."""
    local = {"sliding_window": 512, "attention_chunk_size": 512}
    model = parse_model(llama(model_type=model_type, num_hidden_layers=60, **local))
    full = sum(layers.count + layers.without_cache for layers in model.attention if layers.span.is_full)

    assert full == 60 // period


@pytest.mark.parametrize(
    ("model_type", "head_dim"),
    [("gemma2", 256), ("gpt_oss", 64), ("gemma3n_text", 256), ("gemma3_text", 256)],
)
def test_a_head_has_the_size_of_the_class_where_it_is_not_stated(model_type: str, head_dim: int) -> None:
    """A hidden size of 1024 for 8 heads would make 128."""
    model = parse_model(
        llama(model_type=model_type, head_dim=ABSENT, num_attention_heads=8, sliding_window=512)
    )

    assert {layers.cache.head_dim for layers in model.attention} == {head_dim}


def test_full_layers_of_gemma_4_have_heads_of_512() -> None:
    """`global_head_dim` of transformers' `Gemma4TextConfig`."""
    model = parse_model(llama(model_type="gemma4_text", head_dim=256, sliding_window=512))

    assert [layers.cache.head_dim for layers in model.attention] == [512, 256]


def test_gemma_3_leaves_out_what_transformers_assumes() -> None:
    """`Gemma3TextConfig`."""
    keys: dict[str, Any] = dict.fromkeys(
        (
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "max_position_embeddings",
        ),
        ABSENT,
    )
    model = parse_model(llama(model_type="gemma3_text", sliding_window=1024, **keys))
    shape = model.shape

    assert (shape.layers, shape.hidden_size, shape.intermediate_size) == (26, 2304, 9216)
    assert (shape.attention_heads, shape.kv_heads, shape.head_dim) == (8, 4, 256)
    assert (shape.vocabulary, model.max_position_embeddings) == (262_208, 131_072)
