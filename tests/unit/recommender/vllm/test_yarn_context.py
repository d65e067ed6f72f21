"""The longest context that a version derives from YaRN."""

from typing import Any

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.vllm.version import Version
from recommender.vllm.yarn_context import with_context_of

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32_768}


@pytest.mark.parametrize(
    ("settings", "version", "expected"),
    [
        ({"rope_scaling": YARN}, (0, 29), 131_072),
        ({"rope_scaling": YARN}, (0, 30), 32_768),
        ({"rope_scaling": YARN}, None, 32_768),
        ({"rope_scaling": YARN, "max_position_embeddings": 131_072}, (0, 29), 131_072),
        ({"rope_scaling": YARN, "max_position_embeddings": 262_144}, (0, 29), 131_072),
        ({"rope_scaling": YARN, "max_position_embeddings": 262_144}, None, 131_072),
        ({}, (0, 29), 32_768),
    ],
)
def test_versions_before_0_30_multiply_the_original_limit(
    settings: dict[str, Any], version: Version | None, expected: int
) -> None:
    """`_get_and_verify_max_len`, `vllm/config/model.py` of 0.29.0 and 0.30.0."""
    model = parse_model(llama(**{"max_position_embeddings": 32_768, **settings}))

    assert with_context_of(model, version).max_position_embeddings == expected
