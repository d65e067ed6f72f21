"""Parameters that tensor parallelism does not divide: every GPU holds them whole.

Those that depend on the number of GPUs, such as projections of KV heads that are copied, and those of latents
belong to the caches (`attention`).
"""

from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.parameters import LanguageModelConfig, expert_layers, learned_positions

# `minimax_m2.py`, `mimo_v2_flash.py` and `hy_v4`, whose `gate` is in FP32, in `vllm/model_executor/models/`.
_WITH_FLOAT32_ROUTERS = frozenset({"hy_v4", "mimo_v2_flash", "minimax_m2"})

_BITS = 16


def whole_parameters(language_model: LanguageModelConfig, quantized_bits: int | None = None) -> int:
    """The parameters of all layers together; those of quantized linear layers in values of 16 bit.

    Source: the `ReplicatedLinear` of each class in `vllm/model_executor/models/`.
    """
    return (
        _routers(language_model)
        + _expert_latents(language_model) * (quantized_bits or _BITS) // _BITS
        + _latents(language_model)
        + learned_positions(language_model)
        + _layer_inputs(language_model)
        + _shared_queries(language_model)
        + _shared_block_outputs(language_model)
    )


def _routers(language_model: LanguageModelConfig) -> int:
    """`gate` of mixtures of experts, in values of 16 bit."""
    shape = language_model.shape
    values = 2 if language_model.config.string("model_type") in _WITH_FLOAT32_ROUTERS else 1
    return expert_layers(language_model) * shape.experts * shape.hidden_size * values


def _expert_latents(language_model: LanguageModelConfig) -> int:
    """`fc1_latent_proj` and `fc2_latent_proj` of Nemotron 3, around the experts."""
    width = language_model.config.non_negative_int("moe_latent_size")
    return 2 * expert_layers(language_model) * width * language_model.shape.hidden_size


def _latents(language_model: LanguageModelConfig) -> int:
    """`q_a_proj` and `kv_a_proj_with_mqa` of MiniCPM3; those of other latents belong to their caches."""
    config, shape = language_model.config, language_model.shape
    if language_model.architecture.attention != "mla_as_heads":
        return 0
    latents = sum(config.non_negative_int(key) for key in ("q_lora_rank", "kv_lora_rank", "qk_rope_head_dim"))
    return shape.layers * shape.hidden_size * latents


def _layer_inputs(language_model: LanguageModelConfig) -> int:
    """`per_layer_input_gate` and `per_layer_projection` of Gemma 3n and Gemma 4."""
    shape = language_model.shape
    width = language_model.config.non_negative_int("hidden_size_per_layer_input")
    return 2 * shape.layers * shape.hidden_size * width


def _shared_queries(language_model: LanguageModelConfig) -> int:
    """The part of `qkv_proj` of Step 3 that makes the queries of all heads."""
    shape = language_model.shape
    return shape.layers * shape.hidden_size * language_model.config.non_negative_int("share_q_dim")


def _shared_block_outputs(language_model: LanguageModelConfig) -> int:
    """`linear` of Zamba2, one for each call of the shared block."""
    architecture, shape = language_model.architecture, language_model.shape
    if not architecture.has_shared_attention:
        return 0
    kinds = layer_kinds(architecture, language_model.config, shape, has_window=False)
    return kinds.count(LayerKind.FULL) * shape.hidden_size**2
