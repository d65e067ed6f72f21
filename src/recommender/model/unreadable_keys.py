"""Keys by which an unknown language model may keep more of a token than a key and a value in each layer.

A model that sets one of them is not estimated. The words are those of classes in
`vllm/model_executor/models/` and `vllm/models/` whose layers have states, caches of several kinds, or
several caches each.
"""

from collections.abc import Collection

from recommender.model.config_reader import ConfigReader
from recommender.model.estimated_encoders import is_encoder_key
from recommender.model.values import Shape

# Parts of a key's name.
_WORDS = (
    "block_config",
    "compress",
    "conv",
    "cross_attention",
    "delta",
    "layer_group",
    "lightning",
    "linear",
    "loop",
    "mamba",
    "ngram",
    "num_blocks",
    "per_layer_config",
    "recurrent",
    "retention",
    "rwkv",
    "share_q_dim",
    "sink_number",
    "sparse_attention",
    "sparse_indexer",
    "ssm",
    "state",
    "ut_steps",
)

# Starts of a key's name: indexers, streams of hidden states next to each other, latents of some layers.
_STARTS = ("hc_", "index_", "indexer_", "swa_kv_lora")

# Keys of models with an encoder and a decoder, and of states, that have no such word.
_WHOLE_KEYS = frozenset({"decoder_layers", "encoder_layers", "hybrid_override_pattern", "is_encoder_decoder"})

# Further parts of the names of objects, which may hold the sizes of some layers; those of `attn_config` are
# read.
_WORDS_OF_OBJECTS = (*_WORDS, "attention", "attn", "block", "cache", "layer")
_READ_OBJECTS = frozenset({"attn_config"})

# Lists with an item for each layer that bound nothing from above.
_READ_LISTS = frozenset(
    {
        "activation_sparsity_pattern",
        "hybrid_layer_pattern",
        "intermediate_size",
        "layer_rope_theta",
        "layer_types",
        "mlp_layer_types",
        "moe_layer_freq",
        "no_rope_layers",
        "num_attention_heads_per_layer",
        "rope_theta",
        "sliding_windows",
        "swiglu_limits",
        "swiglu_limits_shared",
        "window_sizes",
    }
)


def unreadable_key(config: ConfigReader, shape: Shape, *, read: Collection[str]) -> str | None:
    """The first such key that `config` sets, but for those that are `read`; `None` where there is none."""
    keys = (key for key in config.sorted_keys() if key not in read and config.is_truthy(key))
    return next((key for key in keys if _is_unreadable(config, key, shape)), None)


def _is_unreadable(config: ConfigReader, key: str, shape: Shape) -> bool:
    if config.is_object(key):
        is_read = key in _READ_OBJECTS or is_encoder_key(key)
        return not is_read and any(word in key for word in _WORDS_OF_OBJECTS)
    if config.is_true(key):  # a switch, such as `use_conv_bias`
        return key in _WHOLE_KEYS
    if key not in _READ_LISTS and config.distinct_items(key) > 1 and config.length(key) == shape.layers:
        return True
    return key in _WHOLE_KEYS or key.startswith(_STARTS) or any(word in key for word in _WORDS)
