"""Multimodal models without their encoder, which some logged runs do not load."""

from dataclasses import replace

from recommender.model import Model, VisionEncoder

# Qwen3.5's tower: positions, and an output of four patches that is projected twice.
_POSITIONS = 48**2
_MERGED_PATCHES = 4


def without_encoder(model: Model) -> Model:
    """`model` with the weights that `--language-model-only` loads; only Qwen3.5's tower is known."""
    if model.encoder is None or model.encoder.family != "qwen3_vl":
        return model
    values = model.weights.float_values - _tower_parameters(model.encoder, model.shape.hidden_size)
    return replace(model, vision=None, encoder=None, weights=replace(model.weights, float_values=values))


def _tower_parameters(encoder: VisionEncoder, hidden_size: int) -> int:
    """Matrices alone, without norms and biases."""
    width, merged = encoder.width, _MERGED_PATCHES * encoder.width
    blocks = encoder.depth * (4 * width**2 + 2 * width * encoder.feed_forward)
    return blocks + (encoder.patch_values + _POSITIONS) * width + merged * (merged + hidden_size)
