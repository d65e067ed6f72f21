"""The sizes of a language model, under all the names that config.json files use for them."""

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata
from recommender.model.values import Shape

_LARGEST_FFN_FACTOR = 1024
_FEED_FORWARD_STEP = 256
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
# Lists of the kind of each layer; some configuration classes take their length as the number of layers:
# `NemotronHConfig` of transformers, `num_hidden_layers`.
_LAYER_LISTS = (
    "layers_block_type",
    "hybrid_override_pattern",
    "layer_types",
    "hybrid_layer_pattern",
    "attn_type_list",
)
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
_HIDDEN = ("hidden_size", "n_embd", "d_model", "dim")
_VOCABULARY = ("vocab_size", "padded_vocab_size")
_INTERMEDIATE = ("intermediate_size", "ffn_dim", "ffn_hidden_size", "n_inner", "inner_dim")
_HEAD_DIM = ("head_dim", "attention_head_dim", "kv_channels")
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
_EXPERTS_PER_TOKEN = ("num_experts_per_tok", "moe_top_k", "moe_topk", "moe_k", "num_experts_per_token")
_EXPERT_INTERMEDIATE = ("moe_intermediate_size", "expert_ffn_hidden_size")

MOST_LAYERS = 10_000
"""More layers than any model has."""

EXPERT_SIZES = (*_EXPERTS, *_EXPERT_INTERMEDIATE)
"""Keys of the number of experts and of their width."""

# Width of the shared expert, or the number of shared experts.
_SHARED_WIDTH = (
    "shared_expert_intermediate_size",
    "moe_shared_expert_intermediate_size",
    "shared_intermediate_size",
)
_SHARED_EXPERTS = ("n_shared_experts", "num_shared_experts")

# `multi_query` of old Falcon and GPTBigCode: one key and value head, whatever `num_kv_heads` says, as in
# vLLM's `get_total_num_kv_heads`, `vllm/transformers_utils/model_arch_config_convertor.py`.
_KV_HEADS = ("n_head_kv", "num_kv_heads", "num_key_value_heads", "num_attention_groups")


def parse_shape(config: ConfigReader, *, mlp_matrices: int, has_attention: bool = True) -> Shape:
    """The sizes that `config` states; heads are 0 without attention.

    Raises `UnsupportedModel` where one is missing, `ImplausibleMetadata` where one is not a positive whole
    number or contradicts another.
    """
    hidden_size = config.positive_int(*_HIDDEN)
    heads = config.positive_int(*_HEADS) if has_attention else 0
    feed_forward = config.nested("ffn_config")  # DBRX
    intermediate = (
        _feed_forward_width(config)
        or feed_forward.optional_positive_int("ffn_hidden_size")
        or _widest_block(config, hidden_size)
        or config.optional_positive_int(*_EXPERT_INTERMEDIATE)
        or hidden_size * (config.optional_positive_int("expansion_ratio") or 4)
    )
    experts = config.non_negative_int(*_EXPERTS) or feed_forward.optional_positive_int("moe_num_experts") or 0
    per_token = (
        config.non_negative_int(*_EXPERTS_PER_TOKEN) or feed_forward.optional_positive_int("moe_top_k") or 0
    )
    expert_width = config.optional_positive_int(*_EXPERT_INTERMEDIATE) or intermediate
    layers = _layers(config)
    shape = Shape(
        layers=layers,
        hidden_size=hidden_size,
        attention_heads=heads,
        kv_heads=_kv_heads(config, heads),
        head_dim=_head_dim(config, hidden_size, heads),
        intermediate_size=intermediate,
        vocabulary=config.positive_int(*_VOCABULARY),
        experts=experts,
        experts_per_token=per_token if experts else 0,
        expert_intermediate_size=expert_width,
        mlp_matrices=mlp_matrices,
        shared_expert_size=_shared_expert_size(config, expert_width) if experts else 0,
        dense_layers=_dense_layers(config, layers) if experts else 0,
        gates_attention=config.is_true("attn_output_gate"),
    )
    _check(shape, config)
    return shape


def _shared_expert_size(config: ConfigReader, expert_width: int) -> int:
    """The width of all shared experts together, as vLLM builds them."""
    return config.non_negative_int(*_SHARED_WIDTH) or config.non_negative_int(*_SHARED_EXPERTS) * expert_width


def _dense_layers(config: ConfigReader, layers: int) -> int:
    """Layers of a mixture of experts that have none."""
    if config.is_list("moe_layer_freq"):  # MiniMax M3, MiMo-V2
        return config.non_negative_ints("moe_layer_freq").count(0)
    if config.is_list("mlp_layer_types"):
        return config.strings("mlp_layer_types").count("dense")
    if config.is_set("expert_layer_period"):  # Jamba
        period, first = (
            config.positive_int("expert_layer_period"),
            config.non_negative_int("expert_layer_offset"),
        )
        return layers - len(range(first, layers, period))
    if config.is_set("interleave_moe_layer_step"):  # Llama 4
        return layers - layers // config.positive_int("interleave_moe_layer_step")
    return config.non_negative_int("first_k_dense_replace", "num_dense_layers")


def full_layer_heads(config: ConfigReader) -> tuple[int | None, int | None]:
    """KV heads of Gemma 4's layers with full attention, and their size, where they differ from the others'.

    transformers 5.20 writes them as `per_layer_config`.
    """
    layers = config.nested("per_layer_config")
    layer = layers.nested(*layers.sorted_keys()) if layers.sorted_keys() else layers
    return (
        layer.optional_positive_int("num_key_value_heads")
        or config.optional_positive_int("num_global_key_value_heads"),
        layer.optional_positive_int("head_dim") or config.optional_positive_int("global_head_dim"),
    )


def _layers(config: ConfigReader) -> int:
    stated = config.optional_positive_int(*_LAYERS)
    listed = next((len(config.symbols(key)) for key in _LAYER_LISTS if config.is_set(key)), None)
    return stated or listed or config.positive_int(*_LAYERS)


def _feed_forward_width(config: ConfigReader) -> int | None:
    """The widest layer's where a list has one for each layer (Gemma 3n).

    Qwen 1 states the width of both halves of its gated blocks together: `vllm/model_executor/models/qwen.py`.
    """
    if config.is_list("intermediate_size"):
        return max(config.positive_ints("intermediate_size"), default=None)
    if config.string("model_type") == "qwen":
        return config.positive_int("intermediate_size") // 2
    return config.optional_positive_int(*_INTERMEDIATE)


def _widest_block(config: ConfigReader, hidden_size: int) -> int | None:
    """Feed-forward width of the widest block of a model found by architecture search.

    Source: `vllm/model_executor/models/nemotron_nas.py`, `_ffn_mult_to_intermediate_size`.
    """
    factors = (
        block.nested("ffn").optional_number(
            "ffn_mult", at_least=1 / _LARGEST_FFN_FACTOR, at_most=_LARGEST_FFN_FACTOR
        )
        for block in config.nested_items("block_configs")
    )
    widest = max((factor for factor in factors if factor is not None), default=None)
    if widest is None:
        return None
    return -(-int(2 * widest * hidden_size / 3) // _FEED_FORWARD_STEP) * _FEED_FORWARD_STEP


def _head_dim(config: ConfigReader, hidden_size: int, heads: int) -> int:
    return config.optional_positive_int(*_HEAD_DIM) or hidden_size // heads if heads else 0


def _kv_heads(config: ConfigReader, heads: int) -> int:
    if not heads:
        return 0
    if config.is_true("multi_query") and not config.is_true("new_decoder_architecture"):
        return 1
    attention = config.nested("attn_config")  # MPT, DBRX
    return (
        config.optional_positive_int(*_KV_HEADS)
        or attention.optional_positive_int("kv_n_heads")
        or (
            config.optional_positive_int("multi_query_group_num")
            if config.is_true("multi_query_attention")
            else None
        )
        or heads
    )


def _check(shape: Shape, config: ConfigReader) -> None:
    if shape.layers > MOST_LAYERS:
        raise ImplausibleMetadata(f"{config.name} says {shape.layers} layers, more than any model has.")
    if not shape.attention_heads:
        return
    if shape.attention_heads % shape.kv_heads:
        raise ImplausibleMetadata(
            f"{config.name} says {shape.attention_heads} attention heads for {shape.kv_heads} KV heads;"
            " the first must be a multiple of the second."
        )
    if not shape.head_dim:
        raise ImplausibleMetadata(
            f"{config.name} says a hidden size of {shape.hidden_size} for {shape.attention_heads} attention"
            " heads."
        )
