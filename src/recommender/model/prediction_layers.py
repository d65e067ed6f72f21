"""The layers for multi-token prediction, which vLLM loads only to speculate with them."""

from dataclasses import replace

from recommender.model.parameters import (
    LanguageModelConfig,
    prediction_layer_parameters,
    vision_parameters,
)
from recommender.model.values import Weights

_PREDICTION_LAYERS = ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules")

# Those of classes whose config.json does not state them, dense layers: `mimo_v2_mtp.py` in
# `vllm/model_executor/models/`; the count is that of the checkpoint.
_UNSTATED_PREDICTION_LAYERS = {"mimo_v2_flash": 3}


def without_prediction_layers(weights: Weights, language_model: LanguageModelConfig, implied: int) -> Weights:
    """`weights` without the layers for multi-token prediction, which vLLM loads only to speculate with them.

    The parameters left over when all others are counted show whether the layers are there, and whether they
    have embeddings of their own: checkpoints quantized by third parties have often lost them. Source:
    `load_weights` of the models in `vllm/model_executor/models/`, which skip them.
    """
    config = language_model.config
    unstated = _UNSTATED_PREDICTION_LAYERS.get(config.string("model_type") or "", 0)
    layers = config.non_negative_int(*_PREDICTION_LAYERS) or unstated
    if not layers or not (language_model.architecture.may_predict or unstated):
        return weights
    prediction = layers * prediction_layer_parameters(language_model, sparse=not unstated)
    vision = vision_parameters(language_model.vision) if language_model.vision is not None else 0
    surplus = weights.parameters - implied - vision
    if 2 * surplus < prediction:
        return weights
    copies = language_model.shape.embedding_parameters(tied=False)
    if 2 * (surplus - prediction) < copies:
        copies = 0
    kept = language_model.shape.embedding_parameters(tied=language_model.is_tied) + vision
    return _without(weights, prediction, copies, kept_floats=kept)


def _without(weights: Weights, prediction: int, copies: int, *, kept_floats: int) -> Weights:
    """Take the layers from the plain floats where there are enough of them, else from the packed values."""
    floats, packed = weights.float_values - copies, weights.parameters - weights.float_values
    if floats - kept_floats >= prediction or not packed:
        return replace(weights, float_values=max(0, floats - prediction))
    packed_bytes = weights.packed_bytes * max(0, packed - prediction) // packed
    return replace(weights, float_values=max(0, floats), packed_bytes=packed_bytes)
