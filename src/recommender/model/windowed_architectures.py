"""The architectures of which some layers have a window or a chunk and others attend to all tokens."""

from collections.abc import Mapping

from recommender.model.architecture import Architecture

# transformers: `Gemma2Config`, `GptOssConfig`, `Cohere2Config`, `Olmo3Config`, `Exaone4Config` and
# `Llama4TextConfig`, where `layer_types` or `no_rope_layers` get their defaults.
_GEMMA_2 = Architecture(
    is_tied=True,
    local_layers="sliding",
    full_layer_period=2,
    defaults={"head_dim": 256},
)
_GPT_OSS = Architecture(local_layers="sliding", full_layer_period=2, defaults={"head_dim": 64})
_EVERY_FOURTH_FULL = Architecture(local_layers="sliding", full_layer_period=4)
_EVERY_FOURTH_FULL_TIED = Architecture(local_layers="sliding", full_layer_period=4, is_tied=True)
_EVERY_FOURTH_FULL_PREDICTING = Architecture(local_layers="sliding", full_layer_period=4, may_predict=True)
_LLAMA_4 = Architecture(local_layers="chunked", full_layer_period=4)
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
    defaults={"global_head_dim": 512},
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
_STEP_3P5 = Architecture(local_layers="sliding", full_layer_period=4, may_predict=True)
# transformers, `Gemma3TextConfig`.
_GEMMA_3 = Architecture(
    is_tied=True,
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

WINDOWED_ARCHITECTURES: Mapping[str, Architecture] = {
    **dict.fromkeys(
        (
            "afmoe",
            "beam",
            "cohere2",
            "cwm",
            "exaone4",
            "granitemoe_swa",
            "kolibri1",
            "laguna",
            "mellum",
            "olmo3",
        ),
        _EVERY_FOURTH_FULL,
    ),
    **dict.fromkeys(("cohere2_moe", "granite_swa"), _EVERY_FOURTH_FULL_TIED),
    "exaone_moe": _EVERY_FOURTH_FULL_PREDICTING,
    **dict.fromkeys(("gemma2", "vaultgemma"), _GEMMA_2),
    **dict.fromkeys(("gemma3", "gemma3_text"), _GEMMA_3),
    "gemma3n_text": _GEMMA_3N,
    "gemma4_text": _GEMMA_4,
    "gpt_oss": _GPT_OSS,
    "llama4_text": _LLAMA_4,
    "mimo_v2_flash": _MIMO_V2,
    "step3p5": _STEP_3P5,
}
