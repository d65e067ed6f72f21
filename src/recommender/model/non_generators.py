"""Repositories that `vllm serve` could not benchmark, recognized by their class, files and tags."""

from collections.abc import Mapping
from typing import Any

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.find_language_model import language_class
from recommender.model.generator_classes import MODEL_TYPES_BY_CLASS, WRAPPER_CLASSES
from recommender.model.values import HubMetadata

_EMBEDDING = "an embedding model"
_RERANKER = "a reranker or classifier"
_ENCODER = "an encoder-only model"
_DIFFUSION = "a diffusion model"
_SPEECH = "a speech model"

# By the Hub's `pipeline_tag`.
NON_GENERATING_PIPELINES: Mapping[str, str] = {
    **dict.fromkeys(("feature-extraction", "sentence-similarity"), _EMBEDDING),
    **dict.fromkeys(("text-ranking", "text-classification", "token-classification"), _RERANKER),
    **dict.fromkeys(("fill-mask", "question-answering", "zero-shot-classification"), _ENCODER),
    **dict.fromkeys(
        (
            "text-to-image",
            "image-to-image",
            "text-to-video",
            "image-to-video",
            "unconditional-image-generation",
        ),
        _DIFFUSION,
    ),
    **dict.fromkeys(
        ("automatic-speech-recognition", "text-to-speech", "text-to-audio", "audio-classification"), _SPEECH
    ),
}

# Rerankers and embedding models that are built on a generating class (Qwen3-Reranker): nothing but the tag
# says what they are. Other tags are often wrong, and yield to the class.
_PIPELINES_ABOVE_CLASS = frozenset({"sentence-similarity", "text-ranking"})

# By `library_name`: formats that vLLM does not load, and `modules.json`, which makes it pool
# (`vllm/config/model.py`, `_get_default_runner_type`).
_LIBRARIES_ABOVE_CLASS: Mapping[str, str] = {
    "diffusers": _DIFFUSION,
    "mlx": "a repository for Apple's MLX",
    "sentence-transformers": _EMBEDDING,
}

# By `library_name` or tag, where the Hub counts no safetensors next to them.
_WITHOUT_SAFETENSORS: Mapping[str, str] = {
    "gguf": "a GGUF-only repository",
    "onnx": "a repository of ONNX files",
    "openvino": "a repository of OpenVINO files",
    "peft": "an adapter without its base model",
    "transformers.js": "a repository of ONNX files",
}

# Tags of files that vLLM loads.
_LOADABLE_TAGS = frozenset({"pytorch", "safetensors"})

# By `model_type` of config.json.
_NON_GENERATING_MODEL_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("whisper", "wav2vec2", "seamless_m4t", "speecht5"), _SPEECH),
    **dict.fromkeys(
        ("bert", "roberta", "xlm-roberta", "distilbert", "deberta-v2", "modernbert", "electra"), _ENCODER
    ),
    **dict.fromkeys(("t5", "mt5", "bart", "mbart", "pegasus", "marian"), "an encoder-decoder model"),
}

# Classes with other endings are encoders, classifiers or models without an output head. Those of the second
# kind may also recognize or generate speech, or images.
_TEXT_SUFFIXES = ("CausalLM", "LMHeadModel", "ChatModel", "ChatGLMModel")
_CONDITIONAL_SUFFIXES = ("ForConditionalGeneration",)

# Classes of text generators with names of their own: `_MULTIMODAL_MODELS` of vLLM's registry, and those that
# are modelled.
_OTHER_GENERATORS = WRAPPER_CLASSES | {
    *MODEL_TYPES_BY_CLASS,
    "Cheers",
    "HfMoondream",
    "MiDashengLMModel",
    "MiniCPMO",
    "MossAudioModel",
    "NemotronH_Nano_Omni_Reasoning_V3",
    "NemotronH_Nano_VL_V2",
    "NemotronH_Omni_Reasoning_V3",
    "NemotronH_Super_Omni_Reasoning_V3",
    "Qwen2_5OmniModel",
    "UltravoxModel",
}


# Devstral 2 and Ministral 3, alone or nested, which 0.12 to 0.19 serve by the classes of params.json.
_CLASS_OF_BOTH_FORMATS = "Ministral3ForCausalLM"


def refuse_non_generator(metadata: HubMetadata) -> None:
    """Raise `UnsupportedModel` for a repository that `vllm serve` could not benchmark."""
    config = ConfigReader(metadata.config or {}, name="config.json")
    kind = _kind_by_files(metadata, config) or _kind_by_class_and_tag(metadata, config)
    if kind is not None:
        raise UnsupportedModel(
            f"{metadata.model_id} is {kind}; `vllm serve` cannot benchmark it through /v1/completions."
        )
    if metadata.config is None:
        raise UnsupportedModel(_without_config(metadata))
    classes = config.strings("architectures")
    if not classes:
        raise UnsupportedModel(
            f"The config.json of {metadata.model_id} names no class in `architectures`, and vLLM refuses to"
            ' load it: "No model architectures are specified".'
        )
    if not any(_generates(name) for name in classes):
        raise UnsupportedModel(
            f"{metadata.model_id} has the class {classes[0]}, which does not generate text;"
            " `vllm serve` cannot benchmark it through /v1/completions."
        )


def may_be_in_mistral_format(information: Mapping[str, Any], config: Mapping[str, Any] | None) -> bool:
    """Whether a repository may have a params.json, without which it would not be served.

    It lacks a config.json, or has one of a class that versions from 0.12 on do not need: they prefer
    params.json.
    """
    metadata = HubMetadata(model_id="", information=information, config=config)
    reader = ConfigReader(config or {}, name="config.json")
    if config is not None:
        classes = reader.tags("architectures") if reader.is_list("architectures") else ()
        return _CLASS_OF_BOTH_FORMATS in (*classes, _nested_class(reader))
    return not (_kind_by_files(metadata, reader) or _kind_by_class_and_tag(metadata, reader))


def _nested_class(config: ConfigReader) -> str | None:
    try:
        return language_class(config)
    except ImplausibleMetadata:
        return None


def _kind_by_files(metadata: HubMetadata, config: ConfigReader) -> str | None:
    """What the files are instead of a text generator's, as far as the Hub shows; `None` otherwise."""
    information = _information(metadata)
    library, tags = information.string("library_name") or "", frozenset(information.tags("tags"))
    if library in _LIBRARIES_ABOVE_CLASS:
        return _LIBRARIES_ABOVE_CLASS[library]
    if _is_quantized_by_mlx(config):
        return "a checkpoint that is quantized for Apple's MLX"
    if information.is_set("safetensors") and metadata.config is not None:
        return _EMBEDDING if _pools(information, tags) else None
    if library in _WITHOUT_SAFETENSORS:
        return _WITHOUT_SAFETENSORS[library]
    if information.is_set("gguf"):
        return _WITHOUT_SAFETENSORS["gguf"]
    formats = () if tags & _LOADABLE_TAGS else (tag for tag in _WITHOUT_SAFETENSORS if tag in tags)
    return next((_WITHOUT_SAFETENSORS[tag] for tag in formats), None)


def _pools(information: ConfigReader, tags: frozenset[str]) -> bool:
    """Whether it probably has a modules.json, although its `library_name` is another one."""
    return "sentence-transformers" in tags and information.string("pipeline_tag") == "feature-extraction"


def _kind_by_class_and_tag(metadata: HubMetadata, config: ConfigReader) -> str | None:
    """What the class and the pipeline tag say; a class that generates text decides alone."""
    pipeline = _information(metadata).string("pipeline_tag") or ""
    by_tag = NON_GENERATING_PIPELINES.get(pipeline)
    by_type = _NON_GENERATING_MODEL_TYPES.get(config.string("model_type") or "")
    classes = config.strings("architectures")
    if pipeline in _PIPELINES_ABOVE_CLASS or not any(_generates(name) for name in classes):
        return by_tag or by_type
    if any(_generates_text_alone(name) for name in classes):
        return None
    return by_type or (by_tag if by_tag in {_DIFFUSION, _SPEECH} else None)


def _generates(class_name: str) -> bool:
    return _generates_text_alone(class_name) or class_name.endswith(_CONDITIONAL_SUFFIXES)


def _generates_text_alone(class_name: str) -> bool:
    return class_name.endswith(_TEXT_SUFFIXES) or class_name in _OTHER_GENERATORS


def _is_quantized_by_mlx(config: ConfigReader) -> bool:
    """mlx-lm writes the bits and the group size into `quantization`, and no method."""
    stated = config.nested("quantization")
    names_method = config.nested("quantization_config").is_set("quant_method")
    return stated.is_set("bits") and stated.is_set("group_size") and not names_method


def _without_config(metadata: HubMetadata) -> str:
    """Source: `get_config`, `vllm/transformers_utils/config.py`."""
    return (
        f"{metadata.model_id} has no config.json, and no params.json as repositories in Mistral's own format"
        " have. vLLM needs one of them: choose a repository of the same model that has one."
    )


def _information(metadata: HubMetadata) -> ConfigReader:
    return ConfigReader(metadata.information, name="the model information")
