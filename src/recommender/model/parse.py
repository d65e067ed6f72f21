"""From the Hub's documents to a `Model`, or to the reason why the model is not supported."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recommender.model.architecture import Architecture
from recommender.model.architectures import ARCHITECTURES
from recommender.model.checkpoint_quantization import (
    computes_in_int8,
    parse_quantization,
    stated_quantization,
)
from recommender.model.config_reader import LANGUAGE_MODEL_KEYS, ConfigReader, printable
from recommender.model.context import context_limit
from recommender.model.dtype import BY_TORCH_NAME, Dtype
from recommender.model.encoder import parse_encoder
from recommender.model.errors import ImplausibleMetadata, UnknownArchitecture
from recommender.model.generator_classes import MODEL_TYPES_BY_CLASS, WRAPPER_CLASSES
from recommender.model.loaded_weights import parse_weights, wide_zero_point_bytes
from recommender.model.non_generators import refuse_non_generator
from recommender.model.parameters import LanguageModelConfig, feed_forward_layers
from recommender.model.parse_attention import parse_attention, parse_sliding_window
from recommender.model.parse_recurrent import parse_recurrent
from recommender.model.rotary import further_rotary_values, rotary_values
from recommender.model.safetensors import largest_float, stated_total, stored_elements
from recommender.model.shape import parse_shape
from recommender.model.shard_multiples import parse_shard_multiples
from recommender.model.unmodelled_classes import WHY_NOT_MODELLED
from recommender.model.values import LONGEST_MODEL_ID, HubMetadata, Model, ModelInfo
from recommender.model.vision import VisionTower, parse_vision
from recommender.model.whole_parameters import whole_parameters

# Multimodal models: a language model of a supported architecture and an image encoder.
WRAPPERS = frozenset(
    {
        "aya_vision",
        "gemma3",
        "gemma3n",
        "gemma4",
        "glm4v",
        "glm4v_moe",
        "idefics3",
        "internvl",
        "internvl_chat",
        "kimi_k25",
        "kimi_k3",
        "kimi_vl",
        "llama4",
        "llava",
        "llava_next",
        "llava_onevision",
        "minimax_m3_vl",
        "mistral3",
        "paligemma",
        "qwen2_5_vl",
        "qwen2_vl",
        "qwen3_5",
        "qwen3_5_moe",
        "qwen3_vl",
        "qwen3_vl_moe",
        "smolvlm",
        "step3_vl",
    }
)


def parse_model(metadata: HubMetadata) -> Model:
    """The model that `metadata` describes.

    Raises `UnsupportedModel` where `vllm serve` could not benchmark it or its architecture is not supported,
    `ImplausibleMetadata` where the documents contain impossible values.
    """
    metadata = replace(metadata, model_id=printable(metadata.model_id, longest=LONGEST_MODEL_ID))
    refuse_non_generator(metadata)
    top_level = ConfigReader(metadata.config or {}, name="config.json")
    model_type = _language_model_type(top_level)
    architecture = _architecture(metadata.model_id, top_level, model_type)
    config = _language_model_config(top_level, defaults=architecture.defaults)
    shape = parse_shape(
        config, mlp_matrices=architecture.mlp_matrices, has_attention=architecture.attention != "none"
    )
    language_model = LanguageModelConfig(
        architecture=architecture,
        config=config,
        vision=top_level.nested("vision_config") if top_level.is_set("vision_config") else None,
        shape=shape,
        is_tied=_is_tied(top_level, config, default=architecture.is_tied),
    )
    attention = parse_attention(architecture, config, shape)
    stored = stored_elements(metadata.information)
    stated = stated_quantization(top_level, config, metadata.quantization)
    quantization = parse_quantization(stated, stored)
    table = rotary_values(config, shape, model_type=model_type)
    vision = _vision(top_level, architecture, model_type, shape.hidden_size)
    return Model(
        model_id=metadata.model_id,
        architecture=top_level.string("model_type") or model_type,
        class_name=_class_name(top_level),
        config_keys=frozenset(key for key in config.sorted_keys() if config.is_truthy(key)),
        native_dtype=_native_dtype(top_level, config, stored),
        supports_float16=architecture.supports_float16,
        quantization=quantization.method if quantization else None,
        quantization_schemes=quantization.schemes if quantization else (),
        quantized_to=quantization.quantized_to if quantization else None,
        shard_multiples=parse_shard_multiples(stated, quantization.method if quantization else None),
        quantized_bits=quantization.bits if quantization else None,
        wide_zero_point_bytes=wide_zero_point_bytes(stored, quantization, shape),
        computes_in_int8=computes_in_int8(quantization, stored),
        weights=parse_weights(metadata.information, stored, quantization, language_model),
        attention=attention,
        cache_value_bytes=quantization.cache_value_bytes if quantization else None,
        recurrent=parse_recurrent(architecture, config, shape),
        shape=shape,
        is_tied=language_model.is_tied,
        feed_forward_layers=feed_forward_layers(language_model),
        whole_parameters=whole_parameters(language_model),
        is_whole_in_transformers=architecture.is_whole_in_transformers,
        rotary_values=table,
        further_rotary_values=further_rotary_values(config, table, model_type=model_type),
        vision=vision,
        encoder=None if vision is None else parse_encoder(top_level),
        context=context_limit(config, model_type=model_type),
        sliding_window=parse_sliding_window(config),
    )


def describe_model(metadata: HubMetadata) -> ModelInfo:
    """What the documents say of an unsupported model, as far as it is plausible."""
    top_level = ConfigReader(metadata.config or {}, name="config.json")
    config = _language_model_config(top_level)
    try:
        stored = stored_elements(metadata.information)
        total = sum(stored.values()) or stated_total(metadata.information)
        context = _stated_context(top_level, config)
    except ImplausibleMetadata:
        stored, total, context = {}, None, None
    has_dtype = stored or _stated_dtype(top_level, config)
    return ModelInfo(
        parameter_count=total,
        native_dtype=_native_dtype(top_level, config, stored).torch_name if has_dtype else None,
        max_position_embeddings=context,
        architecture=top_level.string("model_type"),
    )


def _stated_context(top_level: ConfigReader, config: ConfigReader) -> int | None:
    limit = context_limit(config, model_type=_language_model_type(top_level))
    return limit.tokens if limit.is_enforced else None


def _architecture(model_id: str, top_level: ConfigReader, model_type: str) -> Architecture:
    """The architecture of the language model; `UnknownArchitecture` where it or its wrapper is not listed."""
    outer, class_name = top_level.string("model_type") or model_type, _class_name(top_level)
    architecture = ARCHITECTURES.get(model_type)
    if architecture is None and top_level.is_object("auto_map"):  # a `model_type` of the repository's own
        architecture = ARCHITECTURES.get(MODEL_TYPES_BY_CLASS.get(class_name, ""))
    has_audio = top_level.is_set("audio_config") and (
        architecture is None or "audio_config" not in architecture.own_keys
    )
    is_whole = outer == model_type or outer in WRAPPERS or class_name in WRAPPER_CLASSES
    if architecture is not None and is_whole and not has_audio:
        return architecture
    unknown = model_type if architecture is None else outer
    raise UnknownArchitecture(model_id, unknown, class_name, reason=WHY_NOT_MODELLED.get(class_name))


def _vision(
    top_level: ConfigReader, architecture: Architecture, model_type: str, hidden_size: int
) -> VisionTower | None:
    """The encoder of `vision_config`, or one that is described elsewhere."""
    stated = top_level.nested("vision_config") if top_level.is_set("vision_config") else None
    outer_type = top_level.string("model_type") or model_type
    found = parse_vision(stated, model_type=outer_type, hidden_size=hidden_size)
    return found or (VisionTower() if architecture.encodes_images else None)


def _class_name(top_level: ConfigReader) -> str:
    return next(iter(top_level.strings("architectures")), "")


def _is_tied(top_level: ConfigReader, config: ConfigReader, *, default: bool) -> bool:
    stated = [each for each in (config, top_level) if each.is_set("tie_word_embeddings")]
    return any(each.is_true("tie_word_embeddings") for each in stated) if stated else default


def _language_model_config(
    top_level: ConfigReader, *, defaults: Mapping[str, Any] | None = None
) -> ConfigReader:
    """The part of config.json that describes the language model: a nested object, or all of it."""
    key = next((key for key in LANGUAGE_MODEL_KEYS if top_level.is_object(key)), None)
    return (
        top_level.with_defaults(defaults or {}) if key is None else top_level.nested(key, defaults=defaults)
    )


def _language_model_type(top_level: ConfigReader) -> str:
    """`model_type` of the language model, or of the whole where a nested part does not state its own."""
    nested = _language_model_config(top_level).string("model_type")
    return nested or top_level.string("model_type") or "(unnamed)"


def _native_dtype(top_level: ConfigReader, config: ConfigReader, stored: Mapping[str, int]) -> Dtype:
    """The dtype that the checkpoint states, or the one that most of it is stored in."""
    return _stated_dtype(top_level, config) or largest_float(stored) or Dtype.FLOAT16


def _stated_dtype(top_level: ConfigReader, config: ConfigReader) -> Dtype | None:
    """The language model's own dtype first, of a name that is known."""
    stated = (each.string("dtype", "torch_dtype") for each in (config, top_level))
    return BY_TORCH_NAME.get(next(filter(None, stated), "").removeprefix("torch."))
