"""A multimodal model without its encoder, which vLLM does not load if requests cannot have images."""

from dataclasses import replace

from recommender.model.encoder import VisionEncoder
from recommender.model.values import Model
from recommender.model.vision import VisionTower


def text_only(model: Model) -> Model:
    """`model` with the weights of its language model alone, as far as those of its encoder are known.

    The encoder of a quantized checkpoint counts only where its weights are certainly not quantized.
    """
    encoder = model.encoder
    tower = 0 if encoder is None or encoder.family == "unmeasured" else _tower_parameters(encoder)
    kept = 0 if model.quantization is None else model.embedding_parameters
    if not tower or model.weights.float_values < kept + tower:
        return model
    weights = replace(model.weights, float_values=model.weights.float_values - tower)
    return replace(model, weights=weights, vision=VisionTower())


def _tower_parameters(encoder: VisionEncoder) -> int:
    """The matrices of its layers: attention, and a feed-forward block without a gate, which all have."""
    return encoder.depth * (4 * encoder.width**2 + 2 * encoder.width * encoder.feed_forward)
