"""The images that vLLM profiles multimodal models with."""

import pytest
from support.metadata import real_model

from recommender.model.images import IMAGES


@pytest.mark.parametrize(("model_type", "tokens", "side"), [("gemma3", 256, 896), ("mistral3", 55**2, 1540)])
def test_a_square_image_has_three_values_for_each_pixel(model_type: str, tokens: int, side: int) -> None:
    image = IMAGES[model_type]

    assert (image.tokens, image.pixel_values) == (tokens, 3 * side**2)


def test_qwen_counts_14_by_14_patches_of_two_frames_and_merges_four() -> None:
    """`Qwen2VLImageProcessor`: 16,384 tokens of 2 x 2 patches, each 3 channels x 2 frames x 14 x 14."""
    assert IMAGES["qwen2_vl"].pixel_values == 16_384 * 4 * (3 * 2 * 14 * 14)


def test_only_multimodal_models_have_an_image() -> None:
    assert real_model("google/gemma-3-4b-it").image == IMAGES["gemma3"]
    assert real_model("Qwen/Qwen3-8B").image is None
