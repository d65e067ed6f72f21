"""The tables of the rotary embedding."""

from typing import Any

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model
from recommender.model.errors import ImplausibleMetadata

_POSITIONS, _HEAD_DIM = 8192, 64


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, _POSITIONS * _HEAD_DIM),
        ({"partial_rotary_factor": 0.5}, _POSITIONS * _HEAD_DIM // 2),
        ({"rope_parameters": {"partial_rotary_factor": 0.25}}, _POSITIONS * _HEAD_DIM // 4),
        ({"rope_scaling": {"type": "linear", "factor": 4.0}}, 4 * _POSITIONS * _HEAD_DIM),
        ({"rope_scaling": {"type": "llama3", "factor": 8.0}}, _POSITIONS * _HEAD_DIM),
        ({"rope_scaling": {"type": "default", "mrope_section": [16, 24, 24]}}, 4 * _POSITIONS * _HEAD_DIM),
        ({"position_embedding_type": "nope"}, 0),
        ({"model_type": "opt"}, 0),
    ],
    ids=["plain", "partial", "nested", "linear", "in the context", "multimodal", "nope", "learned"],
)
def test_a_table_has_a_row_for_each_position(settings: dict[str, Any], expected: int) -> None:
    assert expected == parse_model(llama(**settings)).rotary_values


def test_the_table_of_llama_4_has_ten_million_rows() -> None:
    assert real_model("meta-llama/Llama-4-Scout-17B-16E-Instruct").rotary_values == 10_485_760 * 128


def test_gemma_3_has_a_second_table_for_its_layers_with_a_window() -> None:
    """131,072 positions, scaled by 8 for the layers with full attention; heads of 256."""
    assert real_model("google/gemma-3-12b-it").rotary_values == (8 + 1) * 131_072 * 256


def test_mla_rotates_its_rotary_key_alone() -> None:
    assert real_model("deepseek-ai/DeepSeek-V3").rotary_values == 163_840 * 64


def test_the_table_of_gemma_4_is_as_wide_as_the_heads_of_its_full_layers() -> None:
    """Heads of 512 there; those of the layers with a window are those of the second table."""
    gemma = parse_model(llama(model_type="gemma4_text", head_dim=256, sliding_window=512))

    assert gemma.rotary_values == _POSITIONS * (512 + 256)


@pytest.mark.parametrize(
    ("model_type", "further"),
    [("qwen3", 3 * _POSITIONS * 64), ("qwen2", 0)],
)
def test_three_quarters_of_a_multimodal_table_are_beyond_the_context(model_type: str, further: int) -> None:
    """`mrope.py` has four times the rows; the classes of Qwen3 and later leave them out from 0.32 on."""
    model = parse_model(
        llama(model_type=model_type, head_dim=64, rope_scaling={"mrope_section": [16, 24, 24]})
    )

    assert model.rotary_values == 4 * _POSITIONS * 64
    assert model.further_rotary_values == further


@pytest.mark.parametrize("is_nested", [False, True], ids=["config.json", "rope_parameters"])
def test_at_most_the_whole_head_is_rotated(*, is_nested: bool) -> None:
    whole, more = (
        {"rope_parameters": share} if is_nested else share
        for share in ({"partial_rotary_factor": 1.0}, {"partial_rotary_factor": 1.01})
    )

    assert parse_model(llama(**whole)).rotary_values == _POSITIONS * _HEAD_DIM
    with pytest.raises(ImplausibleMetadata, match="partial_rotary_factor"):
        parse_model(llama(**more))
