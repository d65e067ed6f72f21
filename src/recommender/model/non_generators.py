"""Repositories that generate no text, told by what the Hub says of them."""

from collections.abc import Mapping

# What `vllm serve` cannot benchmark through /v1/completions, told by the Hub's `pipeline_tag`.
NOT_GENERATORS_BY_PIPELINE: Mapping[str, str] = {
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

# The same, told by the library that the repository is made for.
NOT_GENERATORS_BY_LIBRARY: Mapping[str, str] = {
    "diffusers": "a diffusion model",
    "gguf": "a GGUF repository",
    "mlx": "a repository for Apple's MLX",
    "peft": "an adapter without its base model",
    "sentence-transformers": "an embedding model",
    "transformers.js": "a repository for browsers",
}

# The same, told by `model_type`.
NOT_GENERATORS_BY_TYPE: Mapping[str, str] = {
    **dict.fromkeys(("whisper", "wav2vec2", "seamless_m4t", "speecht5"), "a speech model"),
    **dict.fromkeys(
        ("bert", "roberta", "xlm-roberta", "distilbert", "deberta-v2", "modernbert", "electra"),
        "an encoder-only model",
    ),
    **dict.fromkeys(("t5", "mt5", "bart", "mbart", "pegasus", "marian"), "an encoder-decoder model"),
}
