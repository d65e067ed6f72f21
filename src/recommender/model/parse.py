"""From the Hub's documents to a `Model`, or to the reason why the model is not supported."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from recommender.model.architecture import Architecture
from recommender.model.architectures import ARCHITECTURES
from recommender.model.checkpoint_quantization import (
    computes_in_int8,
    parse_quantization,
    stated_quantization,
)
from recommender.model.config_reader import ConfigReader, printable
from recommender.model.context import context_limit
from recommender.model.dtype import BY_TORCH_NAME, Dtype
from recommender.model.errors import (
    CalculationError,
    ImplausibleMetadata,
    UnknownArchitecture,
    UnsupportedModel,
)
from recommender.model.estimate import estimate_language_model
from recommender.model.find_language_model import find_language_model, language_class, language_model_config
from recommender.model.generator_classes import MODEL_TYPES_BY_CLASS, WRAPPER_CLASSES
from recommender.model.language_model import Documents, LanguageModel, parse_language_model
from recommender.model.loaded_weights import wide_zero_point_bytes
from recommender.model.mistral_format import FILE_NAME, config_from_params
from recommender.model.non_generators import refuse_non_generator
from recommender.model.refused_classes import WHY_REFUSED
from recommender.model.rotary import further_rotary_values, rotary_values
from recommender.model.safetensors import largest_float, stated_total, stored_elements
from recommender.model.shape import EXPERT_SIZES
from recommender.model.shard_multiples import parse_shard_multiples
from recommender.model.sliding_window import mixes_windows, parse_sliding_window
from recommender.model.values import LONGEST_MODEL_ID, HubMetadata, Model, ModelInfo

_UNNAMED = "(unnamed)"

# More than any repository names.
_MOST_CLASSES = 10

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
        "pixtral",
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


def stated_classes(metadata: HubMetadata) -> tuple[str, ...]:
    """The `architectures` of config.json, of which vLLM takes the first that its registry has."""
    stated = ConfigReader(metadata.config or {}, name="config.json").strings("architectures")
    return stated[:_MOST_CLASSES]


def parse_model(metadata: HubMetadata, class_name: str | None = None) -> Model:
    """The model that `metadata` describes, estimated where its architecture is not modelled.

    `class_name` is the one of its classes that serves it; by default the first.

    Raises `UnsupportedModel` where `vllm serve` could not benchmark it or its memory cannot be bounded,
    `ImplausibleMetadata` where the documents contain impossible values.
    """
    metadata = replace(metadata, model_id=printable(metadata.model_id, longest=LONGEST_MODEL_ID))
    metadata = _with_config(metadata)
    refuse_non_generator(metadata)
    if class_name is not None:
        metadata = replace(metadata, config={**(metadata.config or {}), "architectures": [class_name]})
    top_level = _top_level(metadata)
    model_type = _language_model_type(top_level)
    architecture = _architecture(top_level, model_type)
    if architecture is not None:
        documents = _documents(metadata, language_model_config(top_level, defaults=architecture.defaults))
        return _model(documents, parse_language_model(documents, architecture))
    class_name = _class_name(top_level)
    reason = WHY_REFUSED.get(class_name)
    if reason is None:
        try:
            return _estimate(metadata, top_level)
        except CalculationError as error:
            reason = str(error)
    unknown = model_type if model_type not in ARCHITECTURES else top_level.string("model_type") or model_type
    raise UnknownArchitecture(metadata.model_id, unknown, class_name, reason=reason)


def _documents(metadata: HubMetadata, config: ConfigReader) -> Documents:
    top_level = _top_level(metadata)
    stored = stored_elements(metadata.information)
    stated = stated_quantization(top_level, config, metadata.quantization)
    return Documents(
        metadata=metadata,
        top_level=top_level,
        config=config,
        model_type=config.string("model_type") or top_level.string("model_type") or _UNNAMED,
        stored=stored,
        stated_quantization=stated,
        quantization=parse_quantization(stated, stored),
    )


def _estimate(metadata: HubMetadata, top_level: ConfigReader) -> Model:
    """Raises `CalculationError` where there is no upper bound; the message completes a sentence."""
    if not top_level.is_set("model_type") and not top_level.is_object("auto_map"):
        raise UnsupportedModel("config.json states no model_type, by which transformers finds its class")
    config = find_language_model(top_level)
    known = ARCHITECTURES.get(config.string("model_type") or "")
    if known is not None:
        config = config.with_defaults(known.defaults)
    # One number for text and one for images (ERNIE 4.5 VL).
    documents = _documents(metadata, config.with_largest(*EXPERT_SIZES))
    return _model(documents, estimate_language_model(documents, known))


def _model(documents: Documents, found: LanguageModel) -> Model:
    top_level, config, quantization = documents.top_level, documents.config, documents.quantization
    method = quantization.method if quantization else None
    table = rotary_values(config, found.shape, model_type=documents.model_type)
    return Model(
        model_id=documents.metadata.model_id,
        architecture=top_level.string("model_type") or documents.model_type,
        class_name=_class_name(top_level),
        language_class=language_class(top_level),
        config_keys=frozenset(key for key in config.sorted_keys() if config.is_truthy(key)),
        native_dtype=_native_dtype(top_level, config, documents.stored),
        quantization=method,
        quantization_schemes=quantization.schemes if quantization else (),
        quantized_to=quantization.quantized_to if quantization else None,
        quantized_bits=quantization.bits if quantization else None,
        wide_zero_point_bytes=wide_zero_point_bytes(documents.stored, quantization, found.shape),
        shard_multiples=parse_shard_multiples(documents.stated_quantization, method),
        runs_in_marlin=quantization is None or quantization.runs_in_marlin,
        computes_in_int8=computes_in_int8(quantization, documents.stored),
        weights=found.weights,
        attention=found.attention,
        cache_value_bytes=quantization.cache_value_bytes if quantization else None,
        recurrent=found.recurrent,
        shape=found.shape,
        is_tied=found.is_tied,
        feed_forward_layers=found.feed_forward_layers,
        whole_parameters=found.whole_parameters,
        is_whole_in_transformers=found.is_whole_in_transformers,
        rotary_values=table,
        further_rotary_values=further_rotary_values(config, table, model_type=documents.model_type),
        vision=found.vision,
        encoder=found.encoder,
        context=context_limit(config, model_type=documents.model_type),
        sliding_window=parse_sliding_window(config),
        mixes_windows=mixes_windows(config, ARCHITECTURES.get(documents.model_type), found.shape),
        is_in_mistral_format=documents.metadata.params is not None,
        is_estimated=found.is_estimated,
    )


def describe_model(metadata: HubMetadata) -> ModelInfo:
    """What the documents say of an unsupported model, as far as it is plausible."""
    with suppress(UnsupportedModel, ImplausibleMetadata):
        metadata = _with_config(metadata)
    top_level = _top_level(metadata)
    config = language_model_config(top_level)
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


def _architecture(top_level: ConfigReader, model_type: str) -> Architecture | None:
    """The architecture of the language model; `None` where it or what is around it is not listed."""
    outer, class_name = top_level.string("model_type") or model_type, _class_name(top_level)
    architecture = ARCHITECTURES.get(model_type)
    if architecture is None and top_level.is_object("auto_map"):  # a `model_type` of the repository's own
        architecture = ARCHITECTURES.get(MODEL_TYPES_BY_CLASS.get(class_name, ""))
    has_audio = top_level.is_set("audio_config") and (
        architecture is None or "audio_config" not in architecture.own_keys
    )
    is_whole = outer == model_type or outer in WRAPPERS or class_name in WRAPPER_CLASSES
    return architecture if is_whole and not has_audio else None


def _with_config(metadata: HubMetadata) -> HubMetadata:
    """The same with one document: config.json, or params.json as the config.json that it stands for."""
    if metadata.params is None or metadata.config is not None:
        return replace(metadata, params=None)
    return replace(metadata, config=config_from_params(metadata.params))


def _top_level(metadata: HubMetadata) -> ConfigReader:
    return ConfigReader(metadata.config or {}, name=FILE_NAME if metadata.params else "config.json")


def _class_name(top_level: ConfigReader) -> str:
    return next(iter(top_level.strings("architectures")), "")


def _language_model_type(top_level: ConfigReader) -> str:
    """`model_type` of the language model, or of the whole where a nested part does not state its own."""
    nested = language_model_config(top_level).string("model_type")
    return nested or top_level.string("model_type") or _UNNAMED


def _native_dtype(top_level: ConfigReader, config: ConfigReader, stored: Mapping[str, int]) -> Dtype:
    """The dtype that the checkpoint states, or the one that most of it is stored in."""
    return _stated_dtype(top_level, config) or largest_float(stored) or Dtype.FLOAT16


def _stated_dtype(top_level: ConfigReader, config: ConfigReader) -> Dtype | None:
    """The language model's own dtype first, of a name that is known."""
    stated = (each.string("dtype", "torch_dtype") for each in (config, top_level))
    return BY_TORCH_NAME.get(next(filter(None, stated), "").removeprefix("torch."))
