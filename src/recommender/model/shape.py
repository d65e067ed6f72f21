"""The sizes of a transformer, under all the names that config.json files use for them."""

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata
from recommender.model.values import Shape

_MOST_LAYERS = 10_000
_BLOCK_STEP = 256
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


def parse_shape(text: ConfigReader, *, mlp_matrices: int, has_attention: bool = True) -> Shape:
    """The sizes that `text` states; heads are 0 without attention.

    Raises `ImplausibleMetadata` where one is missing, is no positive whole number, or contradicts another.
    """
    hidden_size = text.count(*_HIDDEN)
    heads = text.count(*_HEADS) if has_attention else 0
    nested_feed_forward = text.nested("ffn_config")  # DBRX
    intermediate = (
        text.optional_count(*_INTERMEDIATE)
        or nested_feed_forward.optional_count("ffn_hidden_size")
        or _widest_block(text, hidden_size)
        or text.optional_count(*_EXPERT_INTERMEDIATE)
        or hidden_size * (text.optional_count("expansion_ratio") or 4)
    )
    experts = text.count_or_zero(*_EXPERTS) or nested_feed_forward.optional_count("moe_num_experts") or 0
    per_token = (
        text.count_or_zero(*_EXPERTS_PER_TOKEN) or nested_feed_forward.optional_count("moe_top_k") or 0
    )
    shape = Shape(
        layers=text.count(*_LAYERS),
        hidden_size=hidden_size,
        attention_heads=heads,
        kv_heads=_kv_heads(text, heads),
        head_dim=_head_dim(text, hidden_size, heads),
        intermediate_size=intermediate,
        vocabulary=text.count(*_VOCABULARY),
        experts=experts,
        experts_per_token=per_token if experts else 0,
        expert_intermediate_size=text.optional_count(*_EXPERT_INTERMEDIATE) or intermediate,
        mlp_matrices=mlp_matrices,
    )
    _check(shape, text)
    return shape


def _widest_block(text: ConfigReader, hidden_size: int) -> int | None:
    """Feed-forward width of the widest block of a searched model.

    Source: `vllm/model_executor/models/nemotron_nas.py`, `_ffn_mult_to_intermediate_size`.
    """
    blocks = (ConfigReader({"block": block}, name=text.name) for block in text.entries("block_configs"))
    factors = (block.nested("block").nested("ffn").value("ffn_mult") for block in blocks)
    widest = max((factor for factor in factors if isinstance(factor, int | float)), default=None)
    return -(-int(2 * widest * hidden_size / 3) // _BLOCK_STEP) * _BLOCK_STEP if widest else None


def _head_dim(text: ConfigReader, hidden_size: int, heads: int) -> int:
    return text.optional_count(*_HEAD_DIM) or hidden_size // heads if heads else 0


def _kv_heads(text: ConfigReader, heads: int) -> int:
    if not heads:
        return 0
    if text.flag("multi_query") and not text.flag("new_decoder_architecture"):
        return 1
    nested_attention = text.nested("attn_config")  # MPT, DBRX
    return (
        text.optional_count(*_KV_HEADS)
        or nested_attention.optional_count("kv_n_heads")
        or (text.optional_count("multi_query_group_num") if text.flag("multi_query_attention") else None)
        or heads
    )


def _check(shape: Shape, text: ConfigReader) -> None:
    if shape.layers > _MOST_LAYERS:
        raise ImplausibleMetadata(f"{text.name} says {shape.layers} layers, which no model has.")
    if not shape.attention_heads:
        return
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
