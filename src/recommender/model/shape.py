"""The sizes of a transformer, under all the names that config.json files use for them."""

from recommender.errors import ImplausibleMetadata
from recommender.model.fields import Fields
from recommender.model.values import Shape

_MOST_LAYERS = 10_000
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
_HIDDEN = ("hidden_size", "n_embd", "d_model", "dim")
_VOCABULARY = ("vocab_size", "padded_vocab_size")
_INTERMEDIATE = ("intermediate_size", "ffn_dim", "ffn_hidden_size", "n_inner", "inner_dim")
_HEAD_DIM = ("head_dim", "attention_head_dim", "kv_channels")
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
_EXPERTS_PER_TOKEN = ("num_experts_per_tok", "moe_top_k", "moe_topk", "num_experts_per_token")
_EXPERT_INTERMEDIATE = ("moe_intermediate_size",)

# `multi_query` of old Falcon and GPTBigCode: one key and value head, whatever `num_kv_heads` says, as in
# vLLM's `get_total_num_kv_heads`, `vllm/transformers_utils/model_arch_config_convertor.py`.
_KV_HEADS = ("n_head_kv", "num_kv_heads", "num_key_value_heads")


def parse_shape(text: Fields, *, mlp_matrices: int) -> Shape:
    """The sizes that `text` states.

    Raises `ImplausibleMetadata` where one is missing, is no positive whole number, or contradicts another.
    """
    hidden_size, heads = text.count(*_HIDDEN), text.count(*_HEADS)
    nested_feed_forward = text.nested("ffn_config")  # DBRX
    intermediate = (
        text.optional_count(*_INTERMEDIATE)
        or nested_feed_forward.optional_count("ffn_hidden_size")
        or text.optional_count(*_EXPERT_INTERMEDIATE)
        or hidden_size * (text.optional_count("expansion_ratio") or 4)
    )
    experts = text.optional_count(*_EXPERTS) or nested_feed_forward.optional_count("moe_num_experts") or 0
    per_token = (
        text.optional_count(*_EXPERTS_PER_TOKEN) or nested_feed_forward.optional_count("moe_top_k") or 0
    )
    shape = Shape(
        layers=text.count(*_LAYERS),
        hidden_size=hidden_size,
        attention_heads=heads,
        kv_heads=_kv_heads(text, heads),
        head_dim=text.optional_count(*_HEAD_DIM) or hidden_size // heads,
        intermediate_size=intermediate,
        vocabulary=text.count(*_VOCABULARY),
        experts=experts,
        experts_per_token=per_token if experts else 0,
        expert_intermediate_size=text.optional_count(*_EXPERT_INTERMEDIATE) or intermediate,
        mlp_matrices=mlp_matrices,
    )
    _check(shape, text)
    return shape


def shape_parameters(shape: Shape, *, tied: bool) -> int:
    """Parameters that a model of this shape has, for repositories of which the Hub gives no count.

    Only matrices are counted; norms and biases are under 0.1 %.
    """
    attention = 2 * shape.hidden_size * shape.head_dim * (shape.attention_heads + shape.kv_heads)
    feed_forward = (
        shape.mlp_matrices
        * shape.hidden_size
        * (shape.experts * shape.expert_intermediate_size if shape.experts else shape.intermediate_size)
    )
    return shape.layers * (attention + feed_forward) + embedding_parameters(shape, tied=tied)


def embedding_parameters(shape: Shape, *, tied: bool) -> int:
    """Parameters of the input embedding and of the output head, which may be the same tensor."""
    return shape.vocabulary * shape.hidden_size * (1 if tied else 2)


def prediction_layer_parameters(text: Fields, shape: Shape) -> int:
    """Parameters of the layers that predict further tokens (Qwen3.5), which vLLM loads to speculate only."""
    layers = text.optional_count("mtp_num_hidden_layers")
    if layers is None:
        return 0
    gates = shape.attention_heads if text.flag("attn_output_gate") else 0
    heads = 2 * shape.attention_heads + 2 * shape.kv_heads + gates
    shared = text.optional_count("shared_expert_intermediate_size") or 0
    width = (
        shape.experts * shape.expert_intermediate_size + shared if shape.experts else shape.intermediate_size
    )
    layer = shape.hidden_size * (heads * shape.head_dim + shape.mlp_matrices * width)
    return layers * layer + 2 * shape.hidden_size**2


def _kv_heads(text: Fields, heads: int) -> int:
    if text.flag("multi_query") and not text.flag("new_decoder_architecture"):
        return 1
    nested_attention = text.nested("attn_config")  # MPT, DBRX
    return (
        text.optional_count(*_KV_HEADS)
        or nested_attention.optional_count("kv_n_heads")
        or (text.optional_count("multi_query_group_num") if text.flag("multi_query_attention") else None)
        or heads
    )


def _check(shape: Shape, text: Fields) -> None:
    if shape.layers > _MOST_LAYERS:
        raise ImplausibleMetadata(f"{text.name} says {shape.layers} layers, which no model has.")
    if shape.attention_heads % shape.kv_heads:
        raise ImplausibleMetadata(
            f"{text.name} says {shape.attention_heads} attention heads for {shape.kv_heads} KV heads;"
            " the first must be a multiple of the second."
        )
    if not shape.head_dim:
        raise ImplausibleMetadata(
            f"{text.name} says a hidden size of {shape.hidden_size} for {shape.attention_heads} attention"
            " heads."
        )
