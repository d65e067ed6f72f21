"""The architectures of which some or all layers keep a recurrent state, by `model_type` of config.json."""

from collections.abc import Mapping
from dataclasses import replace

from recommender.model.architecture import Architecture

# Nemotron-H's feed-forward blocks have no gate.
_NEMOTRON_H = Architecture(
    states="mamba2",
    states_have_own_dtype=True,
    may_predict=True,
    mlp_matrices=2,
    own_keys=frozenset({"hybrid_override_pattern", "mamba_num_heads"}),
)
_MAMBA_2_HYBRID = Architecture(states="mamba2", own_keys=frozenset({"mamba_d_state"}))
_FALCON_H1 = Architecture(states="mamba2", is_parallel_hybrid=True, own_keys=frozenset({"mamba_d_state"}))
_JAMBA = Architecture(states="mamba1", own_keys=frozenset({"attn_layer_period", "mamba_d_state"}))
_MAMBA_1 = Architecture(attention="none", states="mamba1", own_keys=frozenset({"state_size"}))
_MAMBA_2 = Architecture(attention="none", states="mamba2", own_keys=frozenset({"state_size"}))
_LFM_2 = Architecture(states="short_convolution", is_tied=True, own_keys=frozenset({"conv_L_cache"}))
_MINIMAX = Architecture(states="lightning")
# Kimi Delta Attention next to heads: `vllm/model_executor/models/alice_ai.py`.
_ALICE_AI = Architecture(states="delta_attention", own_keys=frozenset({"linear_num_key_heads"}))
_KIMI_LINEAR = Architecture(
    attention="mla", states="delta_attention", own_keys=frozenset({"linear_attn_config"})
)

# Three layers of linear attention to one of full attention.
_DELTA_NET = Architecture(states="delta_net", may_predict=True, own_keys=frozenset({"linear_num_key_heads"}))
_QWEN_3_NEXT = replace(_DELTA_NET, defaults={"mtp_num_hidden_layers": 1, "attn_output_gate": True})
_OLMO_HYBRID = replace(_DELTA_NET, may_predict=False, has_state_checkpoints=False)

# Every layer keeps a state; those of `hybrid_layer_ids` also call one shared block of attention, each with a
# cache of its own: `vllm/model_executor/models/zamba2.py`.
_ZAMBA_2 = Architecture(
    states="mamba2",
    is_tied=True,
    has_shared_attention=True,
    own_keys=frozenset({"mamba_d_state"}),
    defaults={
        "mamba_expand": 2,
        "mamba_ngroups": 1,
        "n_mamba_heads": 8,
    },
)

HYBRID_ARCHITECTURES: Mapping[str, Architecture] = {
    **dict.fromkeys(("bamba", "granitemoehybrid"), _MAMBA_2_HYBRID),
    **dict.fromkeys(("falcon_mamba", "mamba"), _MAMBA_1),
    **dict.fromkeys(("lfm2", "lfm2_moe"), _LFM_2),
    **dict.fromkeys(("minimax", "minimax_m1", "minimax_text_01"), _MINIMAX),
    **dict.fromkeys(("qwen3_5_moe_text", "qwen3_5_text"), _DELTA_NET),
    "alice_ai": _ALICE_AI,
    "falcon_h1": _FALCON_H1,
    "jamba": _JAMBA,
    "kimi_linear": _KIMI_LINEAR,
    "mamba2": _MAMBA_2,
    "nemotron_h": _NEMOTRON_H,
    "olmo_hybrid": _OLMO_HYBRID,
    "qwen3_next": _QWEN_3_NEXT,
    "zamba2": _ZAMBA_2,
}
