"""What vLLM loads of a checkpoint: less than it stores where it holds copies, or layers to speculate with."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recommender.model.checkpoint import loaded_weights, stated_total
from recommender.model.checkpoint_quantization import CheckpointQuantization
from recommender.model.errors import ImplausibleMetadata
from recommender.model.language_model_config import LanguageModelConfig
from recommender.model.parameters import language_parameters, prediction_layer_parameters, vision_parameters
from recommender.model.values import Weights

_SMALLEST_SHARE_OF_IMPLIED = 1 / 10

_PREDICTION_LAYERS = ("num_nextn_predict_layers", "mtp_num_hidden_layers")


def parse_weights(
    information: Mapping[str, Any],
    stored: Mapping[str, int],
    quantization: CheckpointQuantization | None,
    blueprint: LanguageModelConfig,
) -> Weights:
    """The weights that the Hub counts, or else the ones that the shape implies, as far as vLLM loads them.

    Raises `ImplausibleMetadata` where the count belongs to another model.
    """
    implied = language_parameters(blueprint)
    if stored:
        weights = loaded_weights(stored, quantization)
        _check_parameters(weights, implied)
        return _without_prediction_layers(
            _without_second_copy(weights, blueprint, implied), blueprint, implied
        )
    parameters = stated_total(information) or implied
    if quantization is None:
        return Weights(parameters=parameters, float_values=parameters, packed_bytes=0)
    floats = min(parameters, blueprint.shape.embedding_parameters(tied=blueprint.is_tied))
    packed_bytes = math.ceil((parameters - floats) * quantization.bytes_per_packed_element)
    return Weights(parameters=parameters, float_values=floats, packed_bytes=packed_bytes)


def _check_parameters(weights: Weights, implied: int) -> None:
    """Packed formats count up to eight weights as one; fewer parameters than that belong to another model."""
    if weights.parameters < implied * _SMALLEST_SHARE_OF_IMPLIED:
        raise ImplausibleMetadata(
            f"The Hub counts {weights.parameters:,} parameters, and config.json describes a model of about"
            f" {implied:,}."
        )


def _without_second_copy(weights: Weights, blueprint: LanguageModelConfig, implied: int) -> Weights:
    """A few repositories store the output head beside the embedding that it is tied to; vLLM loads one."""
    output_head = blueprint.shape.embedding_parameters(tied=True)
    is_alone = blueprint.is_tied and blueprint.vision is None
    if not is_alone or weights.parameters < implied + output_head:
        return weights
    return replace(weights, float_values=weights.float_values - output_head)


def _without_prediction_layers(weights: Weights, blueprint: LanguageModelConfig, implied: int) -> Weights:
    """`weights` without the layers that predict further tokens, which vLLM loads only to speculate with them.

    Whether they are there, and whether with embeddings of their own, tell the parameters that are left when
    all others are counted: checkpoints quantized by third parties have often lost them. Source:
    `load_weights` of the models in `vllm/model_executor/models/`, which pass them over.
    """
    layers = blueprint.text.count_or_zero(*_PREDICTION_LAYERS)
    if not layers or not blueprint.family.may_predict:
        return weights
    layer = layers * prediction_layer_parameters(blueprint)
    vision = vision_parameters(blueprint.vision) if blueprint.vision is not None else 0
    surplus = weights.parameters - implied - vision
    if 2 * surplus < layer:
        return weights
    copies = blueprint.shape.embedding_parameters(tied=False)
    if 2 * (surplus - layer) < copies:
        copies = 0
    kept = blueprint.shape.embedding_parameters(tied=blueprint.is_tied) + vision
    return _without(weights, layer, copies, kept_floats=kept)


def _without(weights: Weights, layer: int, copies: int, *, kept_floats: int) -> Weights:
    """The layer is taken from the plain floats where there are enough of them, else from what is packed."""
    floats, packed = weights.float_values - copies, weights.parameters - weights.float_values
    if floats - kept_floats >= layer or not packed:
        return replace(weights, float_values=max(0, floats - layer))
    share = min(1.0, layer / packed)
    return replace(weights, float_values=max(0, floats), packed_bytes=int(weights.packed_bytes * (1 - share)))
