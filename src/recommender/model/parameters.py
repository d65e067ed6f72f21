"""How many parameters a language model of a shape has, by its matrices; norms and biases are under 0.1 %."""

from recommender.model.config_reader import ConfigReader
from recommender.model.language_model_config import LanguageModelConfig
from recommender.model.layers import Kind, layer_kinds
from recommender.model.values import Shape

_SHARED_EXPERTS = ("n_shared_experts", "num_shared_experts")
_SHARED_WIDTH = ("shared_expert_intermediate_size", "moe_shared_expert_intermediate_size")


def language_parameters(blueprint: LanguageModelConfig) -> int:
    """Parameters of all layers that generate, and of the embeddings."""
    text, shape = blueprint.text, blueprint.shape
    kinds = layer_kinds(blueprint.family, text, shape, has_window=False)
    mixers = sum(kinds.count(kind) * _mixer_parameters(blueprint, kind) for kind in set(kinds))
    # Feed-forward blocks may be layers of their own (Nemotron-H).
    blocks = kinds.count(Kind.NOTHING) or shape.layers
    sparse_blocks = blocks - text.count_or_zero("first_k_dense_replace") if shape.experts else 0
    return (
        mixers
        + sparse_blocks * feed_forward_parameters(text, shape, sparse=True)
        + (blocks - sparse_blocks) * feed_forward_parameters(text, shape, sparse=False)
        + shape.embedding_parameters(tied=blueprint.is_tied)
    )


def prediction_layer_parameters(blueprint: LanguageModelConfig) -> int:
    """Parameters of a layer that predicts a further token.

    It is a layer of attention, its feed-forward block, and the projection of two hidden states into one.
    """
    return (
        attention_parameters(blueprint)
        + feed_forward_parameters(blueprint.text, blueprint.shape, sparse=bool(blueprint.shape.experts))
        + 2 * blueprint.shape.hidden_size**2
    )


def attention_parameters(blueprint: LanguageModelConfig) -> int:
    """Parameters of one layer of attention, its indexer included."""
    text, shape = blueprint.text, blueprint.shape
    if blueprint.family.attention == "latent":
        return _latent_parameters(text, shape) + _indexer_parameters(text, shape)
    gates = shape.attention_heads if text.flag("attn_output_gate") else 0
    return shape.hidden_size * shape.head_dim * (2 * shape.attention_heads + 2 * shape.kv_heads + gates)


def feed_forward_parameters(text: ConfigReader, shape: Shape, *, sparse: bool) -> int:
    """Parameters of one feed-forward block, a mixture of experts where `sparse`."""
    if not sparse:
        return shape.mlp_matrices * shape.hidden_size * shape.intermediate_size
    latent = text.optional_count("moe_latent_size") or shape.hidden_size
    into_latent = 2 * latent * shape.hidden_size if latent != shape.hidden_size else 0
    one_width = text.count_or_zero(*_SHARED_WIDTH)
    shared = one_width or text.count_or_zero(*_SHARED_EXPERTS) * shape.expert_intermediate_size
    experts = shape.mlp_matrices * latent * shape.experts * shape.expert_intermediate_size
    router = shape.experts * shape.hidden_size
    return experts + into_latent + shape.mlp_matrices * shape.hidden_size * shared + router


def vision_parameters(vision: ConfigReader) -> int:
    """Parameters of the image encoder of Qwen3-VL and Qwen3.5, and of its merger."""
    width, merged = vision.count("hidden_size"), vision.count("spatial_merge_size") ** 2
    layer = 4 * width**2 + 2 * width * vision.count("intermediate_size")
    merger = (merged * width) ** 2 + merged * width * vision.count("out_hidden_size")
    return vision.count("depth") * layer + merger


def _mixer_parameters(blueprint: LanguageModelConfig, kind: Kind) -> int:
    """Of what mixes tokens in a layer: attention, a state, or both."""
    if kind is Kind.NOTHING:
        return 0
    attention = attention_parameters(blueprint) if kind is not Kind.STATE else 0
    has_state = kind is Kind.STATE or blueprint.family.attention_beside_states
    return attention + (_state_parameters(blueprint) if has_state else 0)


def _latent_parameters(text: ConfigReader, shape: Shape) -> int:
    rank, rotary = text.count("kv_lora_rank"), text.count("qk_rope_head_dim")
    plain, value = text.count("qk_nope_head_dim"), text.count("v_head_dim")
    query_rank, heads = text.optional_count("q_lora_rank"), shape.attention_heads
    queries = heads * (plain + rotary)
    return (
        (query_rank * (shape.hidden_size + queries) if query_rank else shape.hidden_size * queries)
        + shape.hidden_size * (rank + rotary)
        + rank * heads * (plain + value)
        + heads * value * shape.hidden_size
    )


def _indexer_parameters(text: ConfigReader, shape: Shape) -> int:
    heads, width = text.optional_count("index_n_heads"), text.optional_count("index_head_dim")
    if heads is None or width is None:
        return 0
    return text.count("q_lora_rank") * heads * width + shape.hidden_size * (width + heads)


def _state_parameters(blueprint: LanguageModelConfig) -> int:
    """Projections of a gated delta net or of Mamba 2; other states are taken to have those of attention."""
    text, shape = blueprint.text, blueprint.shape
    if blueprint.family.states == "delta_net":
        keys = text.count("linear_num_key_heads") * text.count("linear_key_head_dim")
        heads = text.count("linear_num_value_heads")
        values = heads * text.count("linear_value_head_dim")
        return shape.hidden_size * (2 * keys + 3 * values + 2 * heads)
    if blueprint.family.states == "mamba2":
        heads = text.count("mamba_num_heads", "mamba_n_heads", "num_heads")
        width = heads * text.count("mamba_head_dim", "mamba_d_head", "head_dim")
        groups = text.optional_count("n_groups", "mamba_n_groups") or 1
        states = groups * text.count("ssm_state_size", "mamba_d_state", "state_size")
        return shape.hidden_size * (3 * width + 2 * states + heads)
    return 4 * shape.hidden_size**2
