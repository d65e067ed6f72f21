"""From the Hub's two documents to a `Model`, or to the reason why there is none."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recommender.dtype import BY_TORCH_NAME, Dtype
from recommender.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.attention import parse_attention, parse_recurrent_state, parse_sliding_window
from recommender.model.checkpoint import largest_float, loaded_weights, stated_total, stored_elements
from recommender.model.checkpoint_quantization import CheckpointQuantization, parse_quantization
from recommender.model.context import longest_context
from recommender.model.families import (
    FAMILIES,
    NOT_GENERATORS_BY_LIBRARY,
    NOT_GENERATORS_BY_PIPELINE,
    NOT_GENERATORS_BY_TYPE,
    WRAPPERS,
    Family,
)
from recommender.model.fields import Fields
from recommender.model.rotary import rotary_values
from recommender.model.shape import (
    embedding_parameters,
    parse_shape,
    prediction_layer_parameters,
    shape_parameters,
)
from recommender.model.values import HubMetadata, Model, ModelInfo, Shape, Weights

# Where multimodal repositories keep the configuration of their language model.
_LANGUAGE_MODEL_KEYS = ("text_config", "llm_config", "language_config")

_SMALLEST_SHARE_OF_IMPLIED = 1 / 10

# Architectures that end otherwise are encoders, classifiers or bare bodies.
_GENERATOR_SUFFIXES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ChatModel", "ChatGLMModel")


def parse_model(metadata: HubMetadata) -> Model:
    """The model that `metadata` describes.

    Raises `UnsupportedModel` where `vllm serve` could not benchmark it or its architecture is not
    understood, `ImplausibleMetadata` where the documents hold impossible values.
    """
    config = _generator_config(metadata)
    architecture = _architecture(config)
    family = _family(metadata.model_id, config, architecture)
    text = _language_model(config, defaults=family.defaults)
    shape = parse_shape(text, mlp_matrices=family.mlp_matrices)
    tied = _is_tied(config, text, default=family.is_tied)
    attention = parse_attention(family, text, shape)
    recurrent_layers = shape.layers - sum(layers.count for layers in attention)
    stored = stored_elements(metadata.information)
    quantization = parse_quantization(config, text, stored)
    return Model(
        model_id=metadata.model_id,
        architecture=config.text("model_type") or architecture,
        native_dtype=_native_dtype(config, text, stored),
        supports_float16=family.supports_float16,
        quantization=quantization.method if quantization else None,
        shard_multiple=quantization.shard_multiple if quantization else 1,
        shards_experts_in_multiples=bool(quantization and quantization.shards_experts_in_multiples),
        computes_in_int8=_computes_in_int8(quantization, stored),
        weights=_without_prediction_layers(
            _weights(metadata.information, stored, quantization, shape, tied=tied), text, shape
        ),
        attention=attention,
        recurrent_layers=recurrent_layers,
        recurrent_state=parse_recurrent_state(text) if recurrent_layers else None,
        shape=shape,
        is_tied=tied,
        rotary_values=rotary_values(text, shape, architecture=architecture),
        has_vision=config.has("vision_config"),
        max_position_embeddings=longest_context(text),
        sliding_window=parse_sliding_window(text),
    )


def describe_model(metadata: HubMetadata) -> ModelInfo:
    """What the documents say of a model that is not supported; what they do not say is `None`."""
    config = Fields(metadata.config or {}, name="config.json")
    text = _language_model(config)
    try:
        stored = stored_elements(metadata.information)
        total = sum(stored.values()) or stated_total(metadata.information)
        context = longest_context(text) if text.value("max_position_embeddings") else None
    except ImplausibleMetadata:
        stored, total, context = {}, None, None
    known = stored or _stated_dtype(config, text)
    return ModelInfo(
        parameter_count=total,
        native_dtype=_native_dtype(config, text, stored).torch_name if known else None,
        max_position_embeddings=context,
        architecture=config.text("model_type"),
    )


def _generator_config(metadata: HubMetadata) -> Fields:
    """config.json of a repository that `vllm serve` could serve, or `UnsupportedModel`."""
    kind = _kind_of_non_generator(metadata)
    if kind is not None:
        raise UnsupportedModel(
            f"{metadata.model_id} is {kind}; `vllm serve` cannot benchmark it through /v1/completions."
        )
    config = Fields(metadata.config or {}, name="config.json")
    names = config.entries("architectures")
    if names and not any(str(name).endswith(_GENERATOR_SUFFIXES) for name in names):
        raise UnsupportedModel(
            f"{metadata.model_id} is of the class {str(names[0])[:60]}, which does not generate text;"
            " `vllm serve` cannot benchmark it through /v1/completions."
        )
    return config


def _kind_of_non_generator(metadata: HubMetadata) -> str | None:
    information = Fields(metadata.information, name="the model information")
    config = Fields(metadata.config or {}, name="config.json")
    kind = (
        NOT_GENERATORS_BY_PIPELINE.get(information.text("pipeline_tag") or "")
        or NOT_GENERATORS_BY_LIBRARY.get(information.text("library_name") or "")
        or NOT_GENERATORS_BY_TYPE.get(config.text("model_type") or "")
    )
    if kind is None and information.has("gguf") and not information.has("safetensors"):
        return "a GGUF-only repository"
    if kind is None and metadata.config is None:
        return "a repository without a config.json"
    return kind


def _family(model_id: str, config: Fields, architecture: str) -> Family:
    """How the language model is built; `UnsupportedModel` for one, or a wrapper around one, not listed."""
    family, outer = FAMILIES.get(architecture), config.text("model_type") or architecture
    if family is not None and (outer == architecture or outer in WRAPPERS) and not config.has("audio_config"):
        return family
    name = architecture if family is None else outer
    raise UnsupportedModel(
        f"{model_id} is of the architecture {name[:60]}, whose memory use is not understood."
    )


def _is_tied(config: Fields, text: Fields, *, default: bool) -> bool:
    stated = [each.value("tie_word_embeddings") for each in (text, config) if each.has("tie_word_embeddings")]
    return any(value is True for value in stated) if stated else default


def _language_model(config: Fields, *, defaults: Mapping[str, Any] | None = None) -> Fields:
    """The part of config.json that describes the language model: a nested object, or all of it."""
    key = next((key for key in _LANGUAGE_MODEL_KEYS if isinstance(config.value(key), Mapping)), None)
    return config.with_defaults(defaults or {}) if key is None else config.nested(key, defaults=defaults)


def _architecture(config: Fields) -> str:
    """`model_type` of the language model, or of the whole where a nested part does not state its own."""
    return _language_model(config).text("model_type") or config.text("model_type") or "(unnamed)"


def _native_dtype(config: Fields, text: Fields, stored: Mapping[str, int]) -> Dtype:
    """The dtype that the checkpoint states, or the one that most of it is stored in."""
    return _stated_dtype(config, text) or largest_float(stored) or Dtype.FLOAT16


def _stated_dtype(config: Fields, text: Fields) -> Dtype | None:
    stated = next(
        (
            fields.text("dtype", "torch_dtype")
            for fields in (text, config)
            if fields.text("dtype", "torch_dtype")
        ),
        "",
    )
    return BY_TORCH_NAME.get((stated or "").removeprefix("torch."))


def _weights(
    information: Mapping[str, Any],
    stored: Mapping[str, int],
    quantization: CheckpointQuantization | None,
    shape: Shape,
    *,
    tied: bool,
) -> Weights:
    """The weights that the Hub counts, or else the ones that the shape implies."""
    if stored:
        weights = loaded_weights(stored, quantization)
        _check_parameters(weights, shape, tied=tied)
        return _without_second_copy(weights, shape, tied=tied)
    parameters = stated_total(information) or shape_parameters(shape, tied=tied)
    if quantization is None:
        return Weights(parameters=parameters, float_values=parameters, packed_bytes=0)
    floats = min(parameters, embedding_parameters(shape, tied=tied))
    packed_bytes = math.ceil((parameters - floats) * quantization.bytes_per_packed_element)
    return Weights(parameters=parameters, float_values=floats, packed_bytes=packed_bytes)


def _computes_in_int8(quantization: CheckpointQuantization | None, stored: Mapping[str, int]) -> bool:
    """Bitsandbytes stores 8-bit integers too, but brings kernels of its own."""
    is_scheme = quantization is not None and quantization.method == "compressed-tensors"
    return is_scheme and 2 * stored.get("I8", 0) > sum(stored.values())


def _without_prediction_layers(weights: Weights, text: Fields, shape: Shape) -> Weights:
    """Left alone in a quantized checkpoint, of which it is not known how it stores them."""
    if weights.packed_bytes:
        return weights
    return replace(weights, float_values=weights.float_values - prediction_layer_parameters(text, shape))


def _check_parameters(weights: Weights, shape: Shape, *, tied: bool) -> None:
    """Packed formats count up to eight weights as one; fewer parameters than that belong to another model."""
    implied = shape_parameters(shape, tied=tied)
    if weights.parameters < implied * _SMALLEST_SHARE_OF_IMPLIED:
        raise ImplausibleMetadata(
            f"The Hub counts {weights.parameters:,} parameters, and config.json describes a model of about"
            f" {implied:,}."
        )


def _without_second_copy(weights: Weights, shape: Shape, *, tied: bool) -> Weights:
    """A few repositories store the output head beside the embedding that it is tied to; vLLM loads one."""
    if not tied or weights.parameters < shape_parameters(shape, tied=False):
        return weights
    return replace(weights, float_values=weights.float_values - shape.vocabulary * shape.hidden_size)
