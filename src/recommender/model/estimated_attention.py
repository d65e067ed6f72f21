"""What the layers of a language model cache at most, where its architecture is not modelled."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from recommender.model.architecture import Architecture, AttentionKind, StateKind
from recommender.model.attention import AttentionLayers
from recommender.model.attention_span import AttentionChunk, AttentionSpan, FullAttention, SlidingWindow
from recommender.model.config_reader import ConfigReader, printable
from recommender.model.errors import UnsupportedModel
from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.parse_attention import parse_cache
from recommender.model.parse_indexers import parse_indexers
from recommender.model.sliding_window import parse_sliding_window
from recommender.model.unreadable_keys import unreadable_key
from recommender.model.values import Shape

_LATENT_KEYS = ("kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
_INDEXER_KEYS = ("index_head_dim", "index_n_heads", "q_lora_rank")
_INDEXER_KEYS_READ = frozenset(
    {*_INDEXER_KEYS, "index_topk", "index_topk_freq", "index_skip_topk_offset", "indexer_types"}
)

_DELTA_NET_KEYS = (
    "linear_conv_kernel_dim",
    "linear_key_head_dim",
    "linear_num_key_heads",
    "linear_num_value_heads",
    "linear_value_head_dim",
)
_MAMBA_2_KEYS = frozenset(
    {
        "conv_kernel",
        "hybrid_override_pattern",
        "mamba_chunk_size",
        "mamba_d_conv",
        "mamba_d_head",
        "mamba_d_state",
        "mamba_expand",
        "mamba_head_dim",
        "mamba_hidden_act",
        "mamba_n_groups",
        "mamba_n_heads",
        "mamba_num_heads",
        "mamba_ssm_cache_dtype",
        "mtp_hybrid_override_pattern",
        "ssm_state_size",
    }
)

# A layer's kind in words, where it may be something that caches.
_LISTS_OF_STATES = ("layer_types", "layers_block_type", "hybrid_override_pattern", "full_attention_interval")

# Where it is not said which layers have a window: groups of layers are padded to the same size, which makes
# them a third larger at most (`memory/kv_cache.py`). A context shorter than the window saves none of it.
_PADDING = 1 / 3


def estimated_architecture(config: ConfigReader, shape: Shape, *, mlp_matrices: int) -> Architecture:
    """The kinds of attention and of states that the keys of `config` tell.

    Raises `UnsupportedModel` where a key shows more than is read.
    """
    attention, keys = _attention_kind(config)
    states, keys_of_states = _state_kind(config)
    read = keys | keys_of_states
    unread = unreadable_key(config, shape, read=read)
    if unread is not None:
        raise UnsupportedModel(
            f"{config.name} sets {printable(unread)}, which may change what its layers keep of a request"
        )
    return Architecture(
        attention=attention,
        states=states,
        mlp_matrices=mlp_matrices,
        own_keys=read,
        states_have_own_dtype=states == "mamba2",
    )


def estimated_attention(
    architecture: Architecture, config: ConfigReader, shape: Shape
) -> tuple[AttentionLayers, ...]:
    """The layers by kind, those with full attention first.

    A window counts only for layers that `layer_types` names.
    """
    window = parse_sliding_window(config)
    spans: dict[LayerKind, AttentionSpan] = {
        LayerKind.FULL: FullAttention(),
        LayerKind.SLIDING: SlidingWindow(tokens=window) if window else FullAttention(),
    }
    widest = replace(shape, kv_heads=_most_kv_heads(config, shape), head_dim=_largest_head(config, shape))
    kinds = Counter(_kinds(architecture, config, shape))
    if LayerKind.CHUNKED in kinds:
        spans[LayerKind.CHUNKED] = AttentionChunk(tokens=config.positive_int("attention_chunk_size"))
    if architecture.states is not None:  # caches of one kind only are put together with states
        spans[LayerKind.SLIDING] = FullAttention()
    counts: Counter[AttentionSpan] = Counter()
    for kind, span in spans.items():
        counts[span] += kinds[kind]
    padding = _PADDING if window and not config.is_set("layer_types") else 0
    layers = tuple(
        AttentionLayers(
            count=count + math.ceil(count * padding),
            cache=parse_cache(architecture, config, widest, span),
            span=span,
        )
        for span, count in counts.items()
        if count
    )
    if not layers:
        raise UnsupportedModel(f"{config.name} names no layer with attention")
    return (*layers, *(parse_indexers(config, shape) if architecture.attention == "sparse_mla" else ()))


def _attention_kind(config: ConfigReader) -> tuple[AttentionKind, frozenset[str]]:
    """Latents where config.json states every width; otherwise heads, or the latent as heads."""
    if not config.is_truthy("kv_lora_rank") or config.is_false("use_mla"):
        return "heads", frozenset()
    if not all(config.is_truthy(key) for key in _LATENT_KEYS):
        return "mla_as_heads", frozenset()
    if all(config.is_truthy(key) for key in _INDEXER_KEYS):
        return "sparse_mla", _INDEXER_KEYS_READ
    return "mla", frozenset()


def _state_kind(config: ConfigReader) -> tuple[StateKind | None, frozenset[str]]:
    """The kind whose sizes config.json states, together with the layers that have it."""
    if not any(config.is_truthy(key) for key in _LISTS_OF_STATES):
        return None, frozenset()
    if all(config.is_truthy(key) for key in _DELTA_NET_KEYS):
        return "delta_net", frozenset({*_DELTA_NET_KEYS, "mamba_ssm_dtype"})
    if config.is_truthy("mamba_num_heads") or config.is_truthy("mamba_n_heads"):
        return "mamba2", _MAMBA_2_KEYS
    return None, frozenset()


def _kinds(architecture: Architecture, config: ConfigReader, shape: Shape) -> tuple[LayerKind, ...]:
    if architecture.states is None and not config.is_set("layer_types"):
        return (LayerKind.FULL,) * shape.layers
    has_window = parse_sliding_window(config) is not None
    listed = layer_kinds(architecture, config, shape, has_window=has_window)
    has_full = LayerKind.FULL in listed
    # `layer_kinds` gives the window to all layers of a model whose list names full attention only.
    return listed if has_full or architecture.states else (LayerKind.FULL,) * shape.layers


def _most_kv_heads(config: ConfigReader, shape: Shape) -> int:
    return max(shape.kv_heads, *_stated(config, ("kv_heads", "key_value_heads")))


def _largest_head(config: ConfigReader, shape: Shape) -> int:
    """The widest head of queries, keys or values that any layer has."""
    plain, rotary = (config.non_negative_int(key) for key in ("qk_nope_head_dim", "qk_rope_head_dim"))
    sizes = _stated(config, ("head_dim", "head_size", "kv_channels"))
    return max(shape.head_dim, plain + rotary, *sizes)


def _stated(config: ConfigReader, endings: tuple[str, ...]) -> Iterator[int]:
    """The values of keys that end in one of `endings`, of attention only."""
    yield 0
    for key in config.sorted_keys():
        is_other = any(word in key for word in ("index", "linear", "mamba", "rope", "vision"))
        if key.endswith(endings) and not is_other and not config.is_list(key):
            yield config.non_negative_int(key)
