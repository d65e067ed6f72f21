"""Which architectures are understood, by `model_type` of config.json, and how to read each.

A `model_type` that is not listed is refused, never approximated. All of them are in vLLM's registry,
`vllm/model_executor/models/registry.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How the models of one `model_type` are built."""

    attention: Literal["heads", "latent"] = "heads"
    local_layers: Literal["sliding", "chunked"] | None = None
    """What the layers are between those that look over the whole context; `None` where all are alike."""
    full_layer_period: int = 1
    """Every how many layers one looks over the whole context, where config.json does not say."""
    own_keys: frozenset[str] = frozenset()
    """Keys that only this kind of model is understood to have, of `FOREIGN_KEYS`."""
    mlp_matrices: int = 3
    """Matrices of one feed-forward block: 3 with a gate (SwiGLU), 2 without."""
    is_tied: bool = False
    """Whether the output head is the input embedding, where config.json does not say."""
    supports_float16: bool = True
    """False where vLLM refuses FP16: `vllm/config/model.py`, `_FLOAT16_NOT_SUPPORTED_MODELS`."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """Values of the transformers class for keys that the repositories leave out of config.json."""


_GATED = Family()
_GATED_TIED = Family(is_tied=True)
_UNGATED = Family(mlp_matrices=2)
_UNGATED_TIED = Family(mlp_matrices=2, is_tied=True)
_NO_FLOAT16 = Family(supports_float16=False)

# transformers: the head size of `Qwen3Config`, `GemmaConfig`, `Gemma2Config`, `GptOssConfig`.
_QWEN_3 = Family(defaults={"head_dim": 128})
_GEMMA = Family(is_tied=True, defaults={"head_dim": 256})

# transformers, `LlamaConfig`: what multimodal repositories built on Llama 2 leave out.
_LLAMA = Family(
    defaults={
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 11_008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
    }
)

# transformers: `Gemma2Config`, `GptOssConfig`, `Cohere2Config`, `Olmo3Config`, `Exaone4Config` and
# `Llama4TextConfig`, where `layer_types` or `no_rope_layers` get their defaults.
_GEMMA_2 = Family(
    is_tied=True,
    supports_float16=False,
    local_layers="sliding",
    full_layer_period=2,
    defaults={"head_dim": 256},
)
_GPT_OSS = Family(local_layers="sliding", full_layer_period=2, defaults={"head_dim": 64})
_EVERY_FOURTH_FULL = Family(local_layers="sliding", full_layer_period=4)
_LLAMA_4 = Family(local_layers="chunked", full_layer_period=4)
_LATENT = Family(attention="latent")

# Layers of two sizes: those that look over the whole context have fewer and larger heads.
_GEMMA_4 = Family(
    is_tied=True,
    local_layers="sliding",
    full_layer_period=6,
    own_keys=frozenset({"global_head_dim", "num_global_key_value_heads"}),
)

# Three layers of linear attention to one of attention.
_DELTA_NET = Family(own_keys=frozenset({"linear_num_key_heads"}))

# transformers, `Gemma3TextConfig`.
_GEMMA_3 = Family(
    is_tied=True,
    supports_float16=False,
    local_layers="sliding",
    full_layer_period=6,
    defaults={
        "vocab_size": 262_208,
        "hidden_size": 2304,
        "intermediate_size": 9216,
        "num_hidden_layers": 26,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 131_072,
    },
)

FAMILIES: Mapping[str, Family] = {
    **dict.fromkeys(
        (
            "apertus",
            "arcee",
            "baichuan",
            "chatglm",
            "dbrx",
            "deepseek",
            "ernie4_5",
            "ernie4_5_moe",
            "exaone",
            "glm",
            "glm4_moe",
            "granite",
            "granitemoe",
            "internlm",
            "internlm2",
            "internlm3",
            "mimo",
            "minicpm",
            "minimax_m2",
            "ministral",
            "ministral3",
            "mistral",
            "mixtral",
            "olmo",
            "olmo2",
            "olmoe",
            "phi3",
            "phimoe",
            "qwen",
            "qwen2",
            "qwen2_5_vl",
            "qwen2_5_vl_text",
            "qwen2_moe",
            "qwen2_vl",
            "qwen2_vl_text",
            "qwen3_vl_moe_text",
            "qwen3_vl_text",
            "seed_oss",
            "smollm3",
            "stablelm",
        ),
        _GATED,
    ),
    **dict.fromkeys(
        (
            "gpt_neox",
            "gptj",
            "mpt",
            "nemotron",
            "phi",
            "starcoder2",
        ),
        _UNGATED,
    ),
    **dict.fromkeys(("deepseek_v2", "deepseek_v3", "kimi_k2"), _LATENT),
    **dict.fromkeys(("cohere2", "exaone4", "olmo3"), _EVERY_FOURTH_FULL),
    "cohere": _GATED_TIED,
    "gemma": _GEMMA,
    "gemma2": _GEMMA_2,
    "glm4": _NO_FLOAT16,
    "gpt_oss": _GPT_OSS,
    "llama": _LLAMA,
    "llama4_text": _LLAMA_4,
    **dict.fromkeys(("qwen3", "qwen3_moe"), _QWEN_3),
    **dict.fromkeys(("bloom", "falcon", "gpt2", "gpt_bigcode", "opt"), _UNGATED_TIED),
    **dict.fromkeys(("gemma3", "gemma3_text"), _GEMMA_3),
    "gemma4_text": _GEMMA_4,
    **dict.fromkeys(("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"), _DELTA_NET),
}

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

# Multimodal models whose language model is one of the above: the rest of them is an image encoder.
WRAPPERS = frozenset(
    {
        "aya_vision",
        "gemma3",
        "gemma4",
        "idefics3",
        "internvl",
        "internvl_chat",
        "kimi_k25",
        "kimi_vl",
        "llama4",
        "llava",
        "llava_next",
        "llava_onevision",
        "mistral3",
        "paligemma",
        "qwen2_5_vl",
        "qwen2_vl",
        "qwen3_5",
        "qwen3_5_moe",
        "qwen3_vl",
        "qwen3_vl_moe",
        "smolvlm",
    }
)

# Keys of architectures whose cache is not a key and a value vector per token: state-space and linear
# attention, sparse-attention indexers, per-layer blocks, layers that share or drop their cache.
FOREIGN_KEYS = (
    "attn_layer_period",
    "audio_config",
    "block_configs",
    "conv_L_cache",
    "cross_attention_layers",
    "global_head_dim",
    "hidden_size_per_layer_input",
    "hybrid_override_pattern",
    "index_n_heads",
    "linear_attn_config",
    "linear_num_key_heads",
    "mamba_d_state",
    "mamba_num_heads",
    "num_global_key_value_heads",
    "num_kv_shared_layers",
    "ssm_cfg",
    "state_size",
)
