"""The longest context that vLLM accepts."""

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.model import parse_model


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 8192),
        ({"seq_length": 4096}, 4096),
        ({"max_position_embeddings": ABSENT}, 2048),
        ({"rope_scaling": {"type": "linear", "factor": 4.0}}, 32_768),
        ({"rope_scaling": {"rope_type": "dynamic", "factor": 2}}, 16_384),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, 8192),
        ({"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 1024}}, 4096),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, 8192),
        ({"rope_scaling": {"type": "longrope", "factor": 32}}, 8192),
        ({"rope_parameters": {"rope_type": "linear", "factor": 2.0}}, 16_384),
        ({"rope_scaling": {"type": "linear"}}, 8192),
    ],
    ids=str,
)
def test_context_limit_follows_vllm(settings: dict[str, object], expected: int) -> None:
    """`vllm/config/model.py`, `_get_and_verify_max_len`."""
    assert expected == parse_model(llama(**settings)).max_position_embeddings


def test_gemma_3_has_its_scaling_in_the_stated_limit() -> None:
    assert real_model("google/gemma-3-27b-it").max_position_embeddings == 131_072


def test_coheres_own_key_of_the_context_wins() -> None:
    assert real_model("CohereLabs/c4ai-command-r-v01").max_position_embeddings == 131_072
