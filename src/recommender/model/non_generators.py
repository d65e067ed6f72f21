"""Repositories that do not generate text, recognized by what the Hub says of them."""

from collections.abc import Mapping

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import UnsupportedModel
from recommender.model.values import HubMetadata

# By the Hub's `pipeline_tag`.
NON_GENERATING_PIPELINES: Mapping[str, str] = {
    **dict.fromkeys(("feature-extraction", "sentence-similarity"), "an embedding model"),
    **dict.fromkeys(
        ("text-ranking", "text-classification", "token-classification"), "a reranker or classifier"
    ),
    **dict.fromkeys(("fill-mask", "question-answering", "zero-shot-classification"), "an encoder-only model"),
    **dict.fromkeys(
        (
            "text-to-image",
            "image-to-image",
            "text-to-video",
            "image-to-video",
            "unconditional-image-generation",
        ),
        "a diffusion model",
    ),
    **dict.fromkeys(
        ("automatic-speech-recognition", "text-to-speech", "text-to-audio", "audio-classification"),
        "a speech model",
    ),
}

# By the library that the repository is made for.
_NON_GENERATING_LIBRARIES: Mapping[str, str] = {
    "diffusers": "a diffusion model",
    "gguf": "a GGUF repository",
    "mlx": "a repository for Apple's MLX",
    "peft": "an adapter without its base model",
    "sentence-transformers": "an embedding model",
    "transformers.js": "a repository for browsers",
}

# By `model_type` of config.json.
_NON_GENERATING_MODEL_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("whisper", "wav2vec2", "seamless_m4t", "speecht5"), "a speech model"),
    **dict.fromkeys(
        ("bert", "roberta", "xlm-roberta", "distilbert", "deberta-v2", "modernbert", "electra"),
        "an encoder-only model",
    ),
    **dict.fromkeys(("t5", "mt5", "bart", "mbart", "pegasus", "marian"), "an encoder-decoder model"),
}

# Classes with other endings are encoders, classifiers or models without an output head.
_GENERATOR_SUFFIXES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ChatModel", "ChatGLMModel")


def refuse_non_generator(metadata: HubMetadata) -> None:
    """Raise `UnsupportedModel` for a repository that `vllm serve` could not benchmark."""
    kind = _kind(metadata)
    if kind is not None:
        raise UnsupportedModel(
            f"{metadata.model_id} is {kind}; `vllm serve` cannot benchmark it through /v1/completions."
        )
    classes = ConfigReader(metadata.config or {}, name="config.json").strings("architectures")
    if classes and not any(name.endswith(_GENERATOR_SUFFIXES) for name in classes):
        raise UnsupportedModel(
            f"{metadata.model_id} has the class {classes[0]}, which does not generate text;"
            " `vllm serve` cannot benchmark it through /v1/completions."
        )


def _kind(metadata: HubMetadata) -> str | None:
    """What the repository is instead of a text generator; `None` where nothing says so."""
    information = ConfigReader(metadata.information, name="the model information")
    config = ConfigReader(metadata.config or {}, name="config.json")
    kind = (
        NON_GENERATING_PIPELINES.get(information.string("pipeline_tag") or "")
        or _NON_GENERATING_LIBRARIES.get(information.string("library_name") or "")
        or _NON_GENERATING_MODEL_TYPES.get(config.string("model_type") or "")
    )
    if kind is None and information.is_set("gguf") and not information.is_set("safetensors"):
        return "a GGUF-only repository"
    if kind is None and metadata.config is None:
        return "a repository without a config.json"
    return kind
