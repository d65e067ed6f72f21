"""The supported architectures, by `model_type` of config.json, and how to read each.

A `model_type` that is not listed is refused, never approximated. All of them are in vLLM's registry,
`vllm/model_executor/models/registry.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

AttentionKind = Literal["heads", "heads_per_block", "mla", "mla_as_heads", "sparse_mla", "none"]
StateKind = Literal["delta_net", "mamba1", "mamba2", "short_convolution", "lightning", "delta_attention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """How the models of one `model_type` are built."""

    attention: AttentionKind = "heads"
    """`heads_per_block`: every block states its own KV heads (Nemotron-NAS). `mla_as_heads`: vLLM caches the
    latent as heads (MiniCPM3)."""
    states: StateKind | None = None
    """The recurrent state of layers without attention; `None` where all layers have attention."""
    is_parallel_hybrid: bool = False
    """Whether every layer has attention and a state (Falcon-H1)."""
    states_have_own_dtype: bool = False
    """Whether `mamba_ssm_cache_dtype` of config.json sets the dtype of the states (Nemotron-H)."""
    local_layers: Literal["sliding", "chunked"] | None = None
    """The span of the layers between those with full attention; `None` where all layers are alike."""
    full_layer_period: int = 1
    """One layer in this many has full attention, where config.json does not say."""
    own_keys: frozenset[str] = frozenset()
    """Keys that are supported for this architecture and refused for others (`FOREIGN_KEYS` of
    `parse_attention`), or read for it alone."""
    may_predict: bool = False
    """Whether checkpoints may contain layers for multi-token prediction."""
    mlp_matrices: int = 3
    """Matrices of one feed-forward block: 3 with a gate (SwiGLU), 2 without."""
    is_tied: bool = False
    """Whether the output head is the input embedding, where config.json does not say."""
    supports_float16: bool = True
    """False where vLLM refuses FP16: `vllm/config/model.py`, `_FLOAT16_NOT_SUPPORTED_MODELS`."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """Values of the transformers class for keys that repositories leave out of config.json."""


_GATED = Architecture()
_GATED_TIED = Architecture(is_tied=True)
_UNGATED = Architecture(mlp_matrices=2)
_UNGATED_TIED = Architecture(mlp_matrices=2, is_tied=True)
_NO_FLOAT16 = Architecture(supports_float16=False)

# transformers: the head size of `Qwen3Config`, `GemmaConfig`, `Gemma2Config`, `GptOssConfig`.
_QWEN_3 = Architecture(defaults={"head_dim": 128})
_GEMMA = Architecture(is_tied=True, defaults={"head_dim": 256})

# transformers, `LlamaConfig`: keys that multimodal repositories built on Llama 2 leave out.
_LLAMA = Architecture(
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
_GEMMA_2 = Architecture(
    is_tied=True,
    supports_float16=False,
    local_layers="sliding",
    full_layer_period=2,
    defaults={"head_dim": 256},
)
_GPT_OSS = Architecture(local_layers="sliding", full_layer_period=2, defaults={"head_dim": 64})
_EVERY_FOURTH_FULL = Architecture(local_layers="sliding", full_layer_period=4)
_LLAMA_4 = Architecture(local_layers="chunked", full_layer_period=4)
_MLA = Architecture(attention="mla")
_MLA_PREDICTING = Architecture(attention="mla", may_predict=True)
_SPARSE_MLA = Architecture(attention="sparse_mla", may_predict=True, own_keys=frozenset({"index_n_heads"}))
_PREDICTING = Architecture(may_predict=True)

# Layers of two sizes: those with full attention have fewer and larger heads.
_GEMMA_4 = Architecture(
    is_tied=True,
    local_layers="sliding",
    full_layer_period=6,
    own_keys=frozenset(
        {
            "audio_config",
            "global_head_dim",
            "hidden_size_per_layer_input",
            "num_global_key_value_heads",
            "num_kv_shared_layers",
        }
    ),
)

# The last layers reuse the caches of earlier ones, and each layer has its own embedding.
_GEMMA_3N = Architecture(
    is_tied=True,
    local_layers="sliding",
    full_layer_period=5,
    own_keys=frozenset({"audio_config", "hidden_size_per_layer_input", "num_kv_shared_layers"}),
    defaults={"head_dim": 256},
)

# Layers with a sliding window have more KV heads than the others; layers are listed as 0 and 1.
_MIMO_V2 = Architecture(
    local_layers="sliding",
    own_keys=frozenset({"hybrid_layer_pattern", "swa_num_key_value_heads", "swa_head_dim"}),
)
_MINICPM_3 = Architecture(attention="mla_as_heads", own_keys=frozenset({"kv_lora_rank"}))
_NEMOTRON_NAS = Architecture(attention="heads_per_block", own_keys=frozenset({"block_configs"}))

# Some or all layers keep a recurrent state. Nemotron-H's feed-forward blocks have no gate.
_NEMOTRON_H = Architecture(
    states="mamba2",
    states_have_own_dtype=True,
    may_predict=True,
    mlp_matrices=2,
    own_keys=frozenset({"hybrid_override_pattern", "mamba_num_heads"}),
)
_MAMBA_2_HYBRID = Architecture(
    states="mamba2", own_keys=frozenset({"mamba_d_state"}), defaults={"mamba_chunk_size": 256}
)
_FALCON_H1 = Architecture(states="mamba2", is_parallel_hybrid=True, own_keys=frozenset({"mamba_d_state"}))
_JAMBA = Architecture(states="mamba1", own_keys=frozenset({"attn_layer_period", "mamba_d_state"}))
_MAMBA_1 = Architecture(attention="none", states="mamba1", own_keys=frozenset({"state_size"}))
_MAMBA_2 = Architecture(attention="none", states="mamba2", own_keys=frozenset({"state_size"}))
_LFM_2 = Architecture(states="short_convolution", is_tied=True, own_keys=frozenset({"conv_L_cache"}))
_MINIMAX = Architecture(states="lightning")
_KIMI_LINEAR = Architecture(
    attention="mla", states="delta_attention", own_keys=frozenset({"linear_attn_config"})
)

# Three layers of linear attention to one of full attention.
_DELTA_NET = Architecture(states="delta_net", may_predict=True, own_keys=frozenset({"linear_num_key_heads"}))
_QWEN_3_NEXT = replace(_DELTA_NET, defaults={"mtp_num_hidden_layers": 1})

# transformers, `Gemma3TextConfig`.
_GEMMA_3 = Architecture(
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

ARCHITECTURES: Mapping[str, Architecture] = {
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
            "granite",
            "granitemoe",
            "internlm",
            "internlm2",
            "internlm3",
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
    "deepseek_v2": _MLA,
    **dict.fromkeys(("deepseek_v3", "glm4_moe_lite", "kimi_k2"), _MLA_PREDICTING),
    **dict.fromkeys(("deepseek_v32", "glm_moe_dsa"), _SPARSE_MLA),
    **dict.fromkeys(("glm4_moe", "mimo"), _PREDICTING),
    **dict.fromkeys(("cohere2", "exaone4", "olmo3"), _EVERY_FOURTH_FULL),
    "cohere": _GATED_TIED,
    "gemma3n_text": _GEMMA_3N,
    "mimo_v2_flash": _MIMO_V2,
    "minicpm3": _MINICPM_3,
    "nemotron-nas": _NEMOTRON_NAS,
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
    **dict.fromkeys(("qwen3_5_text", "qwen3_5_moe_text"), _DELTA_NET),
    "qwen3_next": _QWEN_3_NEXT,
    **dict.fromkeys(("bamba", "granitemoehybrid"), _MAMBA_2_HYBRID),
    **dict.fromkeys(("falcon_mamba", "mamba"), _MAMBA_1),
    **dict.fromkeys(("lfm2", "lfm2_moe"), _LFM_2),
    **dict.fromkeys(("minimax", "minimax_m1", "minimax_text_01"), _MINIMAX),
    "falcon_h1": _FALCON_H1,
    "jamba": _JAMBA,
    "kimi_linear": _KIMI_LINEAR,
    "mamba2": _MAMBA_2,
    "nemotron_h": _NEMOTRON_H,
}
