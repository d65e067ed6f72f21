"""The supported architectures, by `model_type` of config.json, and how to read each.

A `model_type` that is not listed is refused, never approximated, unless its class is that of a listed one
(`generator_classes`). All of them are in a registry of vLLM, `vllm/model_executor/models/registry.py`.
"""

from collections.abc import Mapping

from recommender.model.architecture import Architecture
from recommender.model.hybrid_architectures import HYBRID_ARCHITECTURES

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
_EVERY_FOURTH_FULL_TIED = Architecture(local_layers="sliding", full_layer_period=4, is_tied=True)
_EVERY_FOURTH_FULL_PREDICTING = Architecture(local_layers="sliding", full_layer_period=4, may_predict=True)
_LLAMA_4 = Architecture(local_layers="chunked", full_layer_period=4)
_MLA = Architecture(attention="mla")
_MLA_PREDICTING = Architecture(attention="mla", may_predict=True)
_SPARSE_MLA = Architecture(attention="sparse_mla", may_predict=True, own_keys=frozenset({"index_n_heads"}))
_PREDICTING = Architecture(may_predict=True)

# Layers of two sizes: those with full attention have fewer and larger heads.
_GEMMA_4 = Architecture(
    is_tied=True,
    has_larger_full_layers=True,
    local_layers="sliding",
    full_layer_period=6,
    own_keys=frozenset(
        {
            "audio_config",
            "global_head_dim",
            "hidden_size_per_layer_input",
            "num_global_key_value_heads",
            "num_kv_shared_layers",
            "per_layer_config",
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
# Two blocks of attention in every layer: `vllm/model_executor/models/longcat_flash.py`.
_LONGCAT_FLASH = Architecture(attention="mla", attention_per_layer=2)

# The indexer of the sparse layers keeps a key for blocks of tokens: `vllm/models/minimax_m3/`.
_MINIMAX_M3 = Architecture(
    attention="heads_and_block_keys", may_predict=True, own_keys=frozenset({"sparse_attention_config"})
)

# Adapters for images and speech are stored and not loaded; text, images and speech share the top level.
_PHI_4_MULTIMODAL = Architecture(is_tied=True, own_keys=frozenset({"audio_processor"}))

# One KV head, and projections that are not divided: `vllm/model_executor/models/step3_text.py`.
_STEP_3 = Architecture(
    defaults={"head_dim": 256, "num_attention_groups": 1}, own_keys=frozenset({"share_q_dim"})
)
_STEP_3P5 = Architecture(local_layers="sliding", full_layer_period=4, may_predict=True)
_MINICPM_3 = Architecture(attention="mla_as_heads", own_keys=frozenset({"kv_lora_rank"}))
_NEMOTRON_NAS = Architecture(attention="heads_per_block", own_keys=frozenset({"block_configs"}))

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
            "aria_text",
            "baichuan",
            "bailing_moe",
            "bailing_moe_v2",
            "chatglm",
            "dbrx",
            "deepseek",
            "dots1",
            "dots_ocr",
            "ernie4_5",
            "ernie4_5_moe",
            "exaone",
            "flex_olmo",
            "glm",
            "glm4v_text",
            "granite",
            "granitemoe",
            "granitemoeshared",
            "hrm_text",
            "hunyuan",
            "hunyuan_v1_dense",
            "hunyuan_v1_moe",
            "hyperclovax",
            "internlm",
            "internlm2",
            "internlm3",
            "minicpm",
            "minicpmv",
            "minimax_m2",
            "ministral",
            "ministral3",
            "mistral",
            "mixtral",
            "molmo",
            "molmo2_text",
            "nanbeige",
            "olmo",
            "olmo2",
            "olmoe",
            "orion",
            "paddleocr_vl",
            "param2moe",
            "phi3",
            "phi3_v",
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
            "sarvam_moe",
            "seed_oss",
            "smollm3",
            "solar",
            "stablelm",
            "step1",
            "telechat",
            "telechat2",
            "telechat3",
            "teleflm",
            "xverse",
        ),
        _GATED,
    ),
    **dict.fromkeys(
        (
            "apertus",
            "arcee",
            "gpt_neox",
            "gptj",
            "jais2",
            "mpt",
            "nemotron",
            "persimmon",
            "phi",
            "starcoder2",
        ),
        _UNGATED,
    ),
    **dict.fromkeys(("deepseek_v2", "sarvam_mla"), _MLA),
    **dict.fromkeys(("axk1", "deepseek_v3", "glm4_moe_lite", "kimi_k2", "pangu_ultra_moe"), _MLA_PREDICTING),
    **dict.fromkeys(("deepseek_v32", "glm_moe_dsa", "hy_v4"), _SPARSE_MLA),
    **dict.fromkeys(("glm4_moe", "glm4v_moe_text", "hy_v3", "mimo"), _PREDICTING),
    **dict.fromkeys(
        ("afmoe", "beam", "cohere2", "cwm", "exaone4", "granitemoe_swa", "laguna", "olmo3"),
        _EVERY_FOURTH_FULL,
    ),
    **dict.fromkeys(("cohere2_moe", "granite_swa"), _EVERY_FOURTH_FULL_TIED),
    "bloom": _UNGATED_TIED,
    "cohere": _GATED_TIED,
    "exaone_moe": _EVERY_FOURTH_FULL_PREDICTING,
    **dict.fromkeys(("falcon", "gpt2", "gpt_bigcode", "opt"), _UNGATED_TIED),
    "gemma": _GEMMA,
    "gemma2": _GEMMA_2,
    **dict.fromkeys(("gemma3", "gemma3_text"), _GEMMA_3),
    "gemma3n_text": _GEMMA_3N,
    "gemma4_text": _GEMMA_4,
    "glm4": _NO_FLOAT16,
    "gpt_oss": _GPT_OSS,
    "llama": _LLAMA,
    "llama4_text": _LLAMA_4,
    "longcat_flash": _LONGCAT_FLASH,
    "mimo_v2_flash": _MIMO_V2,
    "minicpm3": _MINICPM_3,
    "minimax_m3_text": _MINIMAX_M3,
    "nemotron-nas": _NEMOTRON_NAS,
    "phi4mm": _PHI_4_MULTIMODAL,
    **dict.fromkeys(("qwen3", "qwen3_moe"), _QWEN_3),
    "step3_text": _STEP_3,
    "step3p5": _STEP_3P5,
    **HYBRID_ARCHITECTURES,
}
