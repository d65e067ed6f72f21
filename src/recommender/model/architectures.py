"""The supported architectures, by `model_type` of config.json, and how to read each.

A `model_type` that is not listed is refused, never approximated, unless its class is that of a listed one
(`generator_classes`). All of them are in a registry of vLLM, `vllm/model_executor/models/registry.py`.
"""

from collections.abc import Mapping

from recommender.model.architecture import Architecture
from recommender.model.hybrid_architectures import HYBRID_ARCHITECTURES
from recommender.model.windowed_architectures import WINDOWED_ARCHITECTURES

_GATED = Architecture()
_GATED_WITH_IMAGES = Architecture(encodes_images=True)
_GATED_TIED = Architecture(is_tied=True)
_UNGATED = Architecture(mlp_matrices=2)
_UNGATED_TIED = Architecture(mlp_matrices=2, is_tied=True)

# transformers: the head size of `Qwen3Config`, `GemmaConfig`, `Gemma2Config`, `GptOssConfig`.
_QWEN_3 = Architecture(defaults={"head_dim": 128})
_GEMMA = Architecture(is_tied=True, defaults={"head_dim": 256})

# Of the V0 engine, which caches as many tokens in layers of cross-attention as in others.
_MLLAMA = Architecture(own_keys=frozenset({"cross_attention_layers"}))

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

# transformers, `Qwen2Config`: keys that Qwen2-Audio leaves out. Without KV heads they are as many as heads.
_QWEN_2 = Architecture(
    defaults={
        "vocab_size": 151_936,
        "hidden_size": 4096,
        "intermediate_size": 22_016,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 32_768,
    }
)

_MLA = Architecture(attention="mla")
_MLA_PREDICTING = Architecture(attention="mla", may_predict=True)
_SPARSE_MLA = Architecture(attention="sparse_mla", may_predict=True, own_keys=frozenset({"index_n_heads"}))
_PREDICTING = Architecture(may_predict=True)

_IQUEST_LOOP_CODER = Architecture(loops_in_window=True, own_keys=frozenset({"loop_num"}))

# Two blocks of attention in every layer: `vllm/model_executor/models/longcat_flash.py`.
_LONGCAT_FLASH = Architecture(attention="mla", attention_per_layer=2)

# The indexer of the sparse layers keeps a key for blocks of tokens: `vllm/models/minimax_m3/`.
_MINIMAX_M3 = Architecture(
    attention="heads_and_block_keys", may_predict=True, own_keys=frozenset({"sparse_attention_config"})
)

# Adapters for images and speech are stored and not loaded; text, images and speech share the top level.
_PHI_4_MULTIMODAL = Architecture(encodes_images=True, is_tied=True, own_keys=frozenset({"audio_processor"}))

# One KV head, and projections that are not divided: `vllm/model_executor/models/step3_text.py`.
_STEP_3 = Architecture(
    defaults={"head_dim": 256, "num_attention_groups": 1}, own_keys=frozenset({"share_q_dim"})
)
_MINICPM_3 = Architecture(attention="mla_as_heads", own_keys=frozenset({"kv_lora_rank"}))
_NEMOTRON_NAS = Architecture(attention="heads_per_block", own_keys=frozenset({"block_configs"}))

ARCHITECTURES: Mapping[str, Architecture] = {
    **dict.fromkeys(
        (
            "aria_text",
            "baichuan",
            "bailing_moe",
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
            "glm4",
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
            "molmo2_text",
            "nanbeige",
            "olmo",
            "olmo2",
            "olmoe",
            "orion",
            "pangu_embedded",
            "paddleocr_vl",
            "param2moe",
            "phi3",
            "phimoe",
            "qwen",
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
    **dict.fromkeys(("bailing_moe_v2", "glm4_moe", "glm4v_moe_text", "hy_v3", "mimo"), _PREDICTING),
    **dict.fromkeys(("molmo", "phi3_v"), _GATED_WITH_IMAGES),
    "bloom": _UNGATED_TIED,
    "cohere": _GATED_TIED,
    **dict.fromkeys(("falcon", "gpt2", "mpt", "opt"), _UNGATED_TIED),
    "gemma": _GEMMA,
    "gpt_bigcode": Architecture(mlp_matrices=2, is_tied=True, is_whole_in_transformers=True),
    "llama": _LLAMA,
    "iquestloopcoder": _IQUEST_LOOP_CODER,
    "mllama_text_model": _MLLAMA,
    "longcat_flash": _LONGCAT_FLASH,
    "minicpm3": _MINICPM_3,
    "minimax_m3_text": _MINIMAX_M3,
    "nemotron-nas": _NEMOTRON_NAS,
    "qwen2": _QWEN_2,
    "phi4mm": _PHI_4_MULTIMODAL,
    **dict.fromkeys(("qwen3", "qwen3_moe"), _QWEN_3),
    "step3_text": _STEP_3,
    **HYBRID_ARCHITECTURES,
    **WINDOWED_ARCHITECTURES,
}
