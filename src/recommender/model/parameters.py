"""The parameters that a language model of a given shape has, matrix by matrix.

Norms and biases, under 0.1 %, are left out.
"""

from dataclasses import dataclass

from recommender.model.architecture import Architecture, StateKind
from recommender.model.config_reader import ConfigReader
from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.parse_recurrent import parse_state
from recommender.model.values import Shape

# `MambaConfig` and `JambaConfig` of transformers, a rank of "auto".
_HIDDEN_PER_RANK = 16

# MiniMax M3 and Llama 4, whose `intermediate_size` is that of experts.
_DENSE_WIDTH = ("dense_intermediate_size", "intermediate_size_mlp")

_WITH_LEARNED_POSITIONS = frozenset({"gpt2", "gpt_bigcode", "opt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelConfig:
    """A language model as config.json describes it, and its image encoder."""

    architecture: Architecture
    config: ConfigReader
    vision: ConfigReader | None
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""


def language_parameters(language_model: LanguageModelConfig) -> int:
    """Parameters of the embeddings and of all layers but those for multi-token prediction."""
    config, shape = language_model.config, language_model.shape
    kinds = layer_kinds(language_model.architecture, config, shape, has_window=False)
    mixers = sum(kinds.count(kind) * _mixer_parameters(language_model, kind) for kind in set(kinds))
    is_shared = language_model.architecture.has_shared_attention  # counted once for each call
    blocks = kinds.count(LayerKind.FULL) if is_shared else feed_forward_layers(language_model)
    dense_blocks = min(blocks, shape.dense_layers) if shape.experts else blocks
    return (
        mixers
        + dense_blocks * _feed_forward_parameters(config, shape, sparse=False)
        + (blocks - dense_blocks) * _feed_forward_parameters(config, shape, sparse=True)
        + shape.embedding_parameters(tied=language_model.is_tied)
        + _embeddings_per_layer(config, shape)
        + _second_widths(config, shape)
        + learned_positions(language_model)
    )


def feed_forward_layers(language_model: LanguageModelConfig) -> int:
    """Layers with a feed-forward block, which may be layers of their own (Nemotron-H)."""
    architecture, shape = language_model.architecture, language_model.shape
    if architecture.attention == "none" or architecture.has_shared_attention:
        return 0
    kinds = layer_kinds(architecture, language_model.config, shape, has_window=False)
    return kinds.count(LayerKind.NOTHING) or shape.layers


def expert_layers(language_model: LanguageModelConfig) -> int:
    """Those of them that are a mixture of experts."""
    if not language_model.shape.experts:
        return 0
    return max(0, feed_forward_layers(language_model) - language_model.shape.dense_layers)


def learned_positions(language_model: LanguageModelConfig) -> int:
    """Parameters of `embed_positions` or `wpe`: a learned vector for each position."""
    config, shape = language_model.config, language_model.shape
    if config.string("model_type") not in _WITH_LEARNED_POSITIONS:
        return 0
    return shape.hidden_size * config.non_negative_int("max_position_embeddings", "n_positions")


def prediction_layer_parameters(language_model: LanguageModelConfig, *, sparse: bool = True) -> int:
    """Parameters of a layer for multi-token prediction, with the model's experts where it is `sparse`.

    It is a layer of attention, its feed-forward block, and the projection of two hidden states into one.
    """
    config, shape = language_model.config, language_model.shape
    return (
        _attention_parameters(language_model)
        + _feed_forward_parameters(config, shape, sparse=sparse and bool(shape.experts))
        + 2 * shape.hidden_size**2
    )


def vision_parameters(vision: ConfigReader) -> int:
    """Parameters of the image encoder, and of its merger in Qwen3-VL and Qwen3.5."""
    width = vision.optional_positive_int("hidden_size") or 0
    if not vision.is_set("depth"):
        layers = vision.optional_positive_int("num_hidden_layers") or 0
        return layers * (4 * width**2 + 2 * width * (vision.optional_positive_int("intermediate_size") or 0))
    merged = vision.positive_int("spatial_merge_size") ** 2
    layer = 4 * width**2 + 2 * width * vision.positive_int("intermediate_size")
    merger = (merged * width) ** 2 + merged * width * vision.positive_int("out_hidden_size")
    return vision.positive_int("depth") * layer + merger


def _embeddings_per_layer(config: ConfigReader, shape: Shape) -> int:
    """Parameters of the embedding that has a part for each layer (Gemma 3n, Gemma 4)."""
    vocabulary = config.optional_positive_int("vocab_size_per_layer_input") or shape.vocabulary
    return shape.layers * vocabulary * config.non_negative_int("hidden_size_per_layer_input")


def _second_widths(config: ConfigReader, shape: Shape) -> int:
    """Further parameters of layers that share a cache and have feed-forward blocks of twice the width.

    Source: `vllm/model_executor/models/gemma4.py`, `use_double_wide_mlp`.
    """
    if not config.is_true("use_double_wide_mlp"):
        return 0
    wide = min(shape.layers, config.non_negative_int("num_kv_shared_layers"))
    return wide * shape.mlp_matrices * shape.hidden_size * shape.intermediate_size


def _mixer_parameters(language_model: LanguageModelConfig, kind: LayerKind) -> int:
    """Parameters of the part of a layer that mixes tokens: attention, a recurrent state, or both."""
    if kind is LayerKind.NOTHING:
        return 0
    architecture = language_model.architecture
    attention = _attention_parameters(language_model) if kind is not LayerKind.STATE else 0
    has_state = kind is LayerKind.STATE or architecture.is_parallel_hybrid
    states = architecture.states if has_state else None
    return attention + (_state_parameters(language_model, states) if states is not None else 0)


def _attention_parameters(language_model: LanguageModelConfig) -> int:
    """Parameters of one layer of attention, its indexer included."""
    config, shape = language_model.config, language_model.shape
    match "heads" if config.is_false("use_mla") else language_model.architecture.attention:
        case "mla":
            return _mla_parameters(config, shape)
        case "sparse_mla":
            return _mla_parameters(config, shape) + _indexer_parameters(config, shape)
    gates = shape.attention_heads if shape.gates_attention else 0
    heads = shape.attention_heads + shape.kv_heads
    value_dim = config.optional_positive_int("v_head_dim") or shape.head_dim  # MiMo-V2
    return shape.hidden_size * (shape.head_dim * (heads + gates) + value_dim * heads)


def _mla_parameters(config: ConfigReader, shape: Shape) -> int:
    rank, rotary = config.positive_int("kv_lora_rank"), config.positive_int("qk_rope_head_dim")
    plain, value = config.positive_int("qk_nope_head_dim"), config.positive_int("v_head_dim")
    query_rank, heads = config.optional_positive_int("q_lora_rank"), shape.attention_heads
    queries = heads * (plain + rotary)
    return (
        (query_rank * (shape.hidden_size + queries) if query_rank else shape.hidden_size * queries)
        + shape.hidden_size * (rank + rotary)
        + rank * heads * (plain + value)
        + heads * value * shape.hidden_size
    )


def _indexer_parameters(config: ConfigReader, shape: Shape) -> int:
    heads, width = config.positive_int("index_n_heads"), config.positive_int("index_head_dim")
    return config.positive_int("q_lora_rank") * heads * width + shape.hidden_size * (width + heads)


def _state_parameters(language_model: LanguageModelConfig, states: StateKind) -> int:
    """Parameters of the projections into a recurrent state and out of it, and of its gates.

    Source: the classes in `vllm/model_executor/layers/mamba/`; gates of low rank of Kimi Linear are left out.
    """
    hidden = language_model.shape.hidden_size
    state = parse_state(states, language_model.architecture, language_model.config, language_model.shape)
    projections = hidden * (state.merged_width + sum(state.input_widths))
    match states:
        case "delta_net":  # `in_proj_ba`
            return projections + hidden * 2 * state.heads[-1]
        case "lightning":  # `output_gate`
            return projections + hidden * sum(state.output_widths)
        case "mamba1":  # `x_proj`, `dt_proj` and `A`, with the rank that transformers assumes
            (width,), rank = state.input_widths, -(-hidden // _HIDDEN_PER_RANK)
            return projections + 2 * width * rank + 3 * state.tensors[-1].values
    return projections


def _feed_forward_parameters(config: ConfigReader, shape: Shape, *, sparse: bool) -> int:
    """Parameters of one feed-forward block, a mixture of experts where `sparse`."""
    if not sparse:
        width = config.optional_positive_int(*_DENSE_WIDTH) or shape.intermediate_size
        return shape.mlp_matrices * shape.hidden_size * width
    latent = config.optional_positive_int("moe_latent_size") or shape.hidden_size
    into_latent = 2 * latent * shape.hidden_size if latent != shape.hidden_size else 0
    shared = shape.shared_expert_size
    experts = shape.mlp_matrices * latent * shape.experts * shape.expert_intermediate_size
    router = shape.experts * shape.hidden_size
    return experts + into_latent + shape.mlp_matrices * shape.hidden_size * shared + router
