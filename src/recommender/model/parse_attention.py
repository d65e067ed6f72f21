"""The attention of each layer, from config.json."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from recommender.model.architecture import Architecture, AttentionKind
from recommender.model.attention import (
    AttentionCache,
    AttentionLayers,
    KVHeads,
    MLACache,
)
from recommender.model.attention_span import AttentionChunk, AttentionSpan, FullAttention, SlidingWindow
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.parse_indexers import parse_block_keys, parse_indexers
from recommender.model.shape import full_layer_heads
from recommender.model.sliding_window import parse_sliding_window
from recommender.model.values import Shape

# Keys of architectures whose cache is not a key and a value vector per token and layer: state-space models,
# linear attention, sparse-attention indexers, per-layer blocks and windows, layers that share, drop or repeat
# their cache. `share_q_dim` and `audio_processor` are those of weights that are not divided or not loaded.
FOREIGN_KEYS = (
    "attn_layer_period",
    "audio_config",
    "audio_processor",
    "block_configs",
    "conv_L_cache",
    "cross_attention_layers",
    "global_head_dim",
    "hidden_size_per_layer_input",
    "hybrid_layer_pattern",
    "hybrid_override_pattern",
    "index_n_heads",
    "linear_attn_config",
    "linear_num_key_heads",
    "loop_num",
    "mamba_d_state",
    "mamba_num_heads",
    "num_global_key_value_heads",
    "num_kv_shared_layers",
    "param_sink_number",
    "per_layer_config",
    "recurrent_kv_cache_mode",
    "share_q_dim",
    "sliding_windows",
    "sparse_attention_config",
    "ssm_cfg",
    "state_size",
    "swa_num_key_value_heads",
    "window_sizes",
)

# Keys of KV heads and of their width, which MiMo-V2 has for layers with a sliding window.
_KEYS_OF_LOCAL_LAYERS = ("swa_num_key_value_heads", "swa_head_dim")

# Of MiMo-V2, whose values are narrower than its keys.
_HAS_NARROW_VALUES = "swa_head_dim"

_DEFAULT_LOOPS, _DEFAULT_LOOP_WINDOW = 2, 64


def parse_attention(
    architecture: Architecture, config: ConfigReader, shape: Shape
) -> tuple[AttentionLayers, ...]:
    """The layers by kind, those with full attention first; empty for a pure state-space model.

    Raises `UnsupportedModel` for a kind that is not supported.
    """
    _refuse_foreign_attention(architecture, config)
    counts: Counter[tuple[AttentionCache, AttentionSpan]] = Counter()
    others: Counter[tuple[AttentionCache, AttentionSpan]] = Counter()
    for count, without, cache, span in _caching_layers(architecture, config, shape):
        counts[cache, span] += count
        others[cache, span] += without
    is_mixed_with_states = len(counts) > 1 and architecture.states is not None
    if is_mixed_with_states or (not counts and architecture.attention != "none"):
        raise UnsupportedModel(f"{config.name} mixes layers in a way whose cache cannot be computed.")
    layers = tuple(
        AttentionLayers(count=count, cache=cache, span=span, without_cache=others[cache, span])
        for (cache, span), count in sorted(counts.items(), key=lambda item: not item[0][1].is_full)
    )
    match architecture.attention:
        case "sparse_mla":
            return (*layers, *parse_indexers(config, shape))
        case "heads_and_block_keys":
            return (*layers, *parse_block_keys(config, shape))
    return layers


def _caching_layers(
    architecture: Architecture, config: ConfigReader, shape: Shape
) -> Iterator[tuple[int, int, AttentionCache, AttentionSpan]]:
    """The number of layers of each kind with and without a cache of their own, the cache and the span.

    The last layers may reuse the cache of earlier ones (`num_kv_shared_layers` of Gemma 3n).
    """
    if architecture.attention == "heads_per_block":
        yield from ((1, 0, cache, FullAttention()) for cache in _heads_per_block(config, shape))
        return
    window = parse_sliding_window(config)
    kinds = layer_kinds(architecture, config, shape, has_window=window is not None)
    spans: dict[LayerKind, AttentionSpan] = {LayerKind.FULL: FullAttention()}
    spans[LayerKind.SLIDING] = SlidingWindow(tokens=window) if window is not None else FullAttention()
    if LayerKind.CHUNKED in kinds:
        spans[LayerKind.CHUNKED] = AttentionChunk(tokens=config.positive_int("attention_chunk_size"))
    own = kinds[: max(0, shape.layers - config.non_negative_int("num_kv_shared_layers"))]
    for kind, span in spans.items():
        if kind in own:
            cache = _CACHES[architecture.attention](architecture, config, shape, span)
            without_cache = kinds.count(kind) - own.count(kind)
            yield own.count(kind) * architecture.attention_per_layer, without_cache, cache, span
    if architecture.loops_in_window:
        yield _later_loops(config, shape)


def _later_loops(config: ConfigReader, shape: Shape) -> tuple[int, int, AttentionCache, AttentionSpan]:
    """Source: `vllm/model_executor/models/iquest_loopcoder.py`, `LoopCoderAttention`, with its defaults."""
    loops = config.optional_positive_int("loop_num") or _DEFAULT_LOOPS
    window = config.optional_positive_int("loop_window_size") or _DEFAULT_LOOP_WINDOW
    cache = KVHeads(kv_heads=shape.kv_heads, head_dim=shape.head_dim)
    return (loops - 1) * shape.layers, 0, cache, SlidingWindow(tokens=window)


def _kv_heads(
    architecture: Architecture, config: ConfigReader, shape: Shape, span: AttentionSpan
) -> AttentionCache:
    if config.is_truthy("kv_lora_rank"):
        raise UnsupportedModel(
            f"{config.name} sets kv_lora_rank, which this architecture is not known to have."
        )
    if span.is_full and architecture.has_larger_full_layers:
        heads, head_dim = full_layer_heads(config)
    else:
        heads, head_dim = (
            config.optional_positive_int(key) if key in architecture.own_keys and not span.is_full else None
            for key in _KEYS_OF_LOCAL_LAYERS
        )
    value_dim = _value_dim(config, span) if _HAS_NARROW_VALUES in architecture.own_keys else None
    return KVHeads(kv_heads=heads or shape.kv_heads, head_dim=head_dim or shape.head_dim, value_dim=value_dim)


def _value_dim(config: ConfigReader, span: AttentionSpan) -> int | None:
    keys = ("v_head_dim",) if span.is_full else ("swa_v_head_dim", "v_head_dim")
    return config.optional_positive_int(*keys)


def _mla(
    architecture: Architecture, config: ConfigReader, shape: Shape, span: AttentionSpan
) -> AttentionCache:
    """The latent, or heads where it is switched off (DeepSeek-VL2-tiny).

    Source: `vllm/model_executor/layers/attention/mla_attention.py`, `process_weights_after_loading`.
    """
    if config.is_false("use_mla"):
        return _kv_heads(architecture, config, shape, span)
    rank, rotary = config.positive_int("kv_lora_rank"), config.positive_int("qk_rope_head_dim")
    key, value = config.positive_int("qk_nope_head_dim"), config.positive_int("v_head_dim")
    latents = rank + rotary + (config.optional_positive_int("q_lora_rank") or 0)
    return MLACache(
        width=rank + rotary,
        heads=shape.attention_heads,
        absorbed_parameters=rank * shape.attention_heads * (key + value),
        replicated_parameters=shape.hidden_size * latents,
        query_dim=key + rotary,
        key_dim=key,
        value_dim=value,
    )


def _mla_as_heads(
    _architecture: Architecture, config: ConfigReader, shape: Shape, _span: AttentionSpan
) -> AttentionCache:
    width = config.positive_int("qk_nope_head_dim") + config.positive_int("qk_rope_head_dim")
    return KVHeads(kv_heads=shape.kv_heads, head_dim=width)


def _no_attention(
    _architecture: Architecture, config: ConfigReader, _shape: Shape, _span: AttentionSpan
) -> AttentionCache:
    raise UnsupportedModel(
        f"{config.name} lists layers with attention, which this architecture is not known to have."
    )


_CacheParser = Callable[[Architecture, ConfigReader, Shape, AttentionSpan], AttentionCache]

_CACHES: Mapping[AttentionKind, _CacheParser] = {
    "heads": _kv_heads,
    "heads_and_block_keys": _kv_heads,
    "mla": _mla,
    "mla_as_heads": _mla_as_heads,
    "none": _no_attention,
    "sparse_mla": _mla,
}


def parse_cache(
    architecture: Architecture, config: ConfigReader, shape: Shape, span: AttentionSpan
) -> AttentionCache:
    """What a layer with this span caches."""
    return _CACHES[architecture.attention](architecture, config, shape, span)


def _heads_per_block(config: ConfigReader, shape: Shape) -> Iterator[KVHeads]:
    """The layers with attention of a model found by architecture search (Nemotron-NAS).

    Source: `vllm/model_executor/models/nemotron_nas.py`.
    """
    blocks = config.nested_items("block_configs")
    if len(blocks) != shape.layers:
        raise ImplausibleMetadata(f"{config.name} lists {len(blocks)} blocks for {shape.layers} layers.")
    for attention in (block.nested("attention") for block in blocks):
        if not attention.is_true("no_op"):
            group = attention.positive_int("n_heads_in_group")
            yield KVHeads(kv_heads=max(1, shape.attention_heads // group), head_dim=shape.head_dim)


def _refuse_foreign_attention(architecture: Architecture, config: ConfigReader) -> None:
    unsupported = (key for key in FOREIGN_KEYS if config.is_truthy(key) and key not in architecture.own_keys)
    foreign = next(unsupported, None)
    if foreign is not None:
        raise UnsupportedModel(
            f"{config.name} sets {foreign}: part of its attention does not keep a key and a value of each"
            " token, and its cache cannot be computed."
        )
