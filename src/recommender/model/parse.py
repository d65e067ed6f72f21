"""From the Hub's two documents to a `Model`, or to the reason why there is none."""

from collections.abc import Mapping
from typing import Any

from recommender.model.architectures import ARCHITECTURES, WRAPPERS, Architecture
from recommender.model.attention import parse_attention, parse_recurrent, parse_sliding_window
from recommender.model.checkpoint import largest_float, stated_total, stored_elements
from recommender.model.checkpoint_quantization import computes_in_int8, parse_quantization
from recommender.model.config_reader import ConfigReader
from recommender.model.context import longest_context
from recommender.model.dtype import BY_TORCH_NAME, Dtype
from recommender.model.errors import ImplausibleMetadata, UnknownArchitecture, UnsupportedModel
from recommender.model.images import IMAGES
from recommender.model.language_model_config import LanguageModelConfig
from recommender.model.loaded import parse_weights
from recommender.model.non_generators import (
    NOT_GENERATORS_BY_LIBRARY,
    NOT_GENERATORS_BY_PIPELINE,
    NOT_GENERATORS_BY_TYPE,
)
from recommender.model.rotary import rotary_values
from recommender.model.shape import parse_shape
from recommender.model.values import HubMetadata, Model, ModelInfo

# Where multimodal repositories keep the configuration of their language model.
_LANGUAGE_MODEL_KEYS = ("text_config", "llm_config", "language_config")

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
    shape = parse_shape(text, mlp_matrices=family.mlp_matrices, has_attention=family.attention != "none")
    blueprint = LanguageModelConfig(
        family=family,
        text=text,
        vision=config.nested("vision_config") if config.has("vision_config") else None,
        shape=shape,
        is_tied=_is_tied(config, text, default=family.is_tied),
    )
    attention = parse_attention(family, text, shape)
    stored = stored_elements(metadata.information)
    quantization = parse_quantization(config, text, stored)
    return Model(
        model_id=metadata.model_id,
        architecture=config.text("model_type") or architecture,
        class_name=_class_name(config),
        native_dtype=_native_dtype(config, text, stored),
        supports_float16=family.supports_float16,
        quantization=quantization.method if quantization else None,
        quantized_to=quantization.quantized_to if quantization else None,
        shard_multiple=quantization.shard_multiple if quantization else 1,
        shards_experts_in_multiples=bool(quantization and quantization.shards_experts_in_multiples),
        computes_in_int8=computes_in_int8(quantization, stored),
        weights=parse_weights(metadata.information, stored, quantization, blueprint),
        attention=attention,
        block_tokens=family.block_tokens,
        cache_value_bytes=quantization.cache_value_bytes if quantization else None,
        recurrent=parse_recurrent(family, text, shape),
        shape=shape,
        is_tied=blueprint.is_tied,
        rotary_values=rotary_values(text, shape, architecture=architecture),
        has_vision=blueprint.vision is not None,
        image=IMAGES.get(config.text("model_type") or ""),
        max_position_embeddings=longest_context(text),
        sliding_window=parse_sliding_window(text),
    )


def describe_model(metadata: HubMetadata) -> ModelInfo:
    """What the documents say of a model that is not supported; what they do not say is `None`."""
    config = ConfigReader(metadata.config or {}, name="config.json")
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


def _generator_config(metadata: HubMetadata) -> ConfigReader:
    """config.json of a repository that `vllm serve` could serve, or `UnsupportedModel`."""
    kind = _kind_of_non_generator(metadata)
    if kind is not None:
        raise UnsupportedModel(
            f"{metadata.model_id} is {kind}; `vllm serve` cannot benchmark it through /v1/completions."
        )
    config = ConfigReader(metadata.config or {}, name="config.json")
    names = config.names_in("architectures")
    if names and not any(name.endswith(_GENERATOR_SUFFIXES) for name in names):
        raise UnsupportedModel(
            f"{metadata.model_id} is of the class {names[0][:60]}, which does not generate text;"
            " `vllm serve` cannot benchmark it through /v1/completions."
        )
    return config


def _kind_of_non_generator(metadata: HubMetadata) -> str | None:
    information = ConfigReader(metadata.information, name="the model information")
    config = ConfigReader(metadata.config or {}, name="config.json")
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


def _family(model_id: str, config: ConfigReader, architecture: str) -> Architecture:
    """How the language model is built; `UnsupportedModel` for one, or a wrapper around one, not listed."""
    family, outer = ARCHITECTURES.get(architecture), config.text("model_type") or architecture
    hears = config.has("audio_config") and (family is None or "audio_config" not in family.own_keys)
    if family is not None and (outer == architecture or outer in WRAPPERS) and not hears:
        return family
    name = architecture if family is None else outer
    raise UnknownArchitecture(model_id, name[:60], _class_name(config))


def _class_name(config: ConfigReader) -> str:
    return next(iter(config.names_in("architectures")), "")


def _is_tied(config: ConfigReader, text: ConfigReader, *, default: bool) -> bool:
    stated = [each.value("tie_word_embeddings") for each in (text, config) if each.has("tie_word_embeddings")]
    return any(value is True for value in stated) if stated else default


def _language_model(config: ConfigReader, *, defaults: Mapping[str, Any] | None = None) -> ConfigReader:
    """The part of config.json that describes the language model: a nested object, or all of it."""
    key = next((key for key in _LANGUAGE_MODEL_KEYS if isinstance(config.value(key), Mapping)), None)
    return config.with_defaults(defaults or {}) if key is None else config.nested(key, defaults=defaults)


def _architecture(config: ConfigReader) -> str:
    """`model_type` of the language model, or of the whole where a nested part does not state its own."""
    return _language_model(config).text("model_type") or config.text("model_type") or "(unnamed)"


def _native_dtype(config: ConfigReader, text: ConfigReader, stored: Mapping[str, int]) -> Dtype:
    """The dtype that the checkpoint states, or the one that most of it is stored in."""
    return _stated_dtype(config, text) or largest_float(stored) or Dtype.FLOAT16


def _stated_dtype(config: ConfigReader, text: ConfigReader) -> Dtype | None:
    stated = next(
        (
            fields.text("dtype", "torch_dtype")
            for fields in (text, config)
            if fields.text("dtype", "torch_dtype")
        ),
        "",
    )
    return BY_TORCH_NAME.get((stated or "").removeprefix("torch."))
