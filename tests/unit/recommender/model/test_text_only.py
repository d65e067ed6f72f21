"""Multimodal models without their encoder."""

import dataclasses

import pytest
from support.metadata import real_model

from recommender.model import Weights, text_only


def test_the_layers_of_the_encoder_are_left_out() -> None:
    """27 layers of 1152 with a feed-forward block of 4304."""
    model = real_model("Qwen/Qwen3.5-27B")
    left_out = model.weights.float_values - text_only(model).weights.float_values

    assert left_out == 27 * (4 * 1152**2 + 2 * 1152 * 4304)


def test_a_text_model_stays_as_it_is() -> None:
    model = real_model("Qwen/Qwen3-8B")

    assert text_only(model) is model


def test_an_encoder_that_may_be_quantized_stays() -> None:
    model = real_model("unsloth/Qwen2.5-VL-7B-Instruct-unsloth-bnb-4bit")

    assert text_only(model).weights.packed_bytes == model.weights.packed_bytes


@pytest.mark.parametrize(("missing", "is_left_out"), [(0, True), (1, False)], ids=["plain", "quantized"])
def test_an_encoder_is_plain_where_the_floats_suffice_for_it_and_the_embeddings(
    missing: int, *, is_left_out: bool
) -> None:
    """Qwen3.5 27B in FP8: the embeddings stay in 16 bit too."""
    quantized = dataclasses.replace(real_model("Qwen/Qwen3.5-27B"), quantization="fp8")
    tower = 27 * (4 * 1152**2 + 2 * 1152 * 4304)
    floats = quantized.embedding_parameters + tower - missing
    weights = Weights(parameters=10**10, float_values=floats, packed_bytes=10**10)
    found = text_only(dataclasses.replace(quantized, weights=weights)).weights

    assert found.float_values == (floats - tower if is_left_out else floats)
