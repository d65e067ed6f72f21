"""A model whose architecture is not modelled, estimated from above.

Every layer attends to the whole context, with the most KV heads and the widest heads that config.json states.
Parameters that are not known to be divided are whole on every GPU. What cannot be bounded so is refused.
"""

import math
from dataclasses import replace

from recommender.model.architecture import Architecture
from recommender.model.attention import AttentionLayers
from recommender.model.errors import UnsupportedModel
from recommender.model.estimated_attention import estimated_architecture, estimated_attention
from recommender.model.estimated_encoders import (
    encoder_configs,
    estimated_encoder,
    estimated_tower,
    takes_media,
)
from recommender.model.language_model import Documents, LanguageModel, stated_tie
from recommender.model.loaded_weights import stored_weights
from recommender.model.parameters import LanguageModelConfig, feed_forward_layers, language_parameters
from recommender.model.parse_attention import parse_attention
from recommender.model.parse_recurrent import parse_recurrent
from recommender.model.shape import parse_shape
from recommender.model.values import Shape, Weights
from recommender.model.whole_parameters import whole_parameters

# Half of what is implied may be stored, where every second layer has experts; an adapter without its language
# model is far below.
_SMALLEST_SHARE_OF_IMPLIED = 1 / 4

# A shape that implies more than this over what is stored has feed-forward blocks without a gate.
_IMPLIED_TOLERANCE = 1.02

_GATED, _UNGATED = 3, 2

# More than most models have.
_EXPERTS_PER_TOKEN = 16

# What kernels add to weights while they are loaded, such as zero points, is 2.3 % at most (`tests/oracle`).
_WEIGHT_MARGIN = 0.03


def estimate_language_model(documents: Documents, known: Architecture | None) -> LanguageModel:
    """The bounds; `known` is the row of the language model where only what is around it is unknown.

    Raises `UnsupportedModel` where there are no bounds, `ImplausibleMetadata` for impossible values.
    """
    weights = _weights(documents)
    tie = stated_tie(documents.top_level, documents.config)
    language_model = _language_model(documents, known, weights, is_tied=tie is not False)
    encoders = tuple(encoder_configs(documents.top_level))
    has_encoder = bool(encoders) or takes_media(documents.top_level)
    return LanguageModel(
        weights=weights,
        attention=_attention(known, language_model),
        recurrent=parse_recurrent(language_model.architecture, documents.config, language_model.shape),
        shape=language_model.shape,
        # An output head of its own is more to keep in 16 bit when the rest is quantized.
        is_tied=tie is True,
        feed_forward_layers=feed_forward_layers(language_model),
        whole_parameters=_whole_parameters(language_model, weights),
        vision=estimated_tower(encoders) if has_encoder else None,
        encoder=estimated_encoder(documents.top_level, encoders) if has_encoder else None,
        is_estimated=True,
    )


def _weights(documents: Documents) -> Weights:
    if not documents.stored:
        raise UnsupportedModel("the Hub does not count its weights, which are not in safetensors files")
    exact = stored_weights(documents.stored, documents.quantization)
    return replace(
        exact,
        float_values=math.ceil(exact.float_values * (1 + _WEIGHT_MARGIN)),
        packed_bytes=math.ceil(exact.packed_bytes * (1 + _WEIGHT_MARGIN)),
    )


def _language_model(
    documents: Documents, known: Architecture | None, weights: Weights, *, is_tied: bool
) -> LanguageModelConfig:
    """The sizes; feed-forward blocks have a gate unless that is more than the checkpoint has."""
    config = documents.config
    matrices = _GATED if known is None else known.mlp_matrices
    has_attention = known is None or known.attention != "none"
    shape = _with_routing(parse_shape(config, mlp_matrices=matrices, has_attention=has_attention))
    architecture = known or estimated_architecture(config, shape, mlp_matrices=matrices)
    language_model = LanguageModelConfig(
        architecture=architecture, config=config, vision=None, shape=shape, is_tied=is_tied
    )
    implied = language_parameters(language_model)
    if known is None and not shape.experts and implied > _IMPLIED_TOLERANCE * weights.parameters:
        language_model = _without_gates(language_model)
        implied = language_parameters(language_model)
    if weights.parameters < implied * _SMALLEST_SHARE_OF_IMPLIED:
        raise UnsupportedModel(
            f"the Hub counts {weights.parameters:,} parameters, and config.json describes about {implied:,}"
        )
    return language_model


def _with_routing(shape: Shape) -> Shape:
    """Experts of a token where config.json does not say under a known key."""
    if not shape.experts or shape.experts_per_token:
        return shape
    return replace(shape, experts_per_token=min(shape.experts, _EXPERTS_PER_TOKEN))


def _without_gates(language_model: LanguageModelConfig) -> LanguageModelConfig:
    return replace(
        language_model,
        architecture=replace(language_model.architecture, mlp_matrices=_UNGATED),
        shape=replace(language_model.shape, mlp_matrices=_UNGATED),
    )


def _attention(
    known: Architecture | None, language_model: LanguageModelConfig
) -> tuple[AttentionLayers, ...]:
    config, shape = language_model.config, language_model.shape
    if known is not None:
        return parse_attention(known, config, shape)
    return estimated_attention(language_model.architecture, config, shape)


def _whole_parameters(language_model: LanguageModelConfig, weights: Weights) -> int:
    """Everything but the matrices of the language model's layers, which tensor parallelism divides."""
    unknown = max(0, weights.parameters - language_parameters(language_model))
    return unknown + whole_parameters(language_model)
