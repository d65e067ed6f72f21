"""Repositories that do not generate text."""

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.model.errors import UnsupportedModel


def test_a_gguf_repository_with_a_config_is_refused_too() -> None:
    metadata = llama(information={"safetensors": None, "gguf": {"total": 8_000_000_000}})

    with pytest.raises(UnsupportedModel, match="GGUF-only"):
        parse_model(metadata)


@pytest.mark.parametrize("library", ["gguf", "mlx", "transformers.js", "peft"])
def test_repositories_for_other_engines_are_refused(library: str) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(information={"library_name": library}))
