"""What each layer keeps of a token and for how long, where the code knows it for certain."""

from collections import Counter
from collections.abc import Iterator

from recommender.model.architectures import FOREIGN_KEYS, Architecture
from recommender.model.caches import (
    AttentionLayers,
    Cache,
    Chunk,
    KVHeads,
    MLACache,
    RecurrentLayers,
    SparseIndexerCache,
    Window,
)
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.layers import Kind, layer_kinds
from recommender.model.states import parse_state
from recommender.model.values import Shape

# Keys of KV heads and of their width that Gemma 4 has for layers that look over the whole context, and
# MiMo-V2 for the others.
_KEYS_OF_FULL_LAYERS = ("num_global_key_value_heads", "global_head_dim")
_KEYS_OF_LOCAL_LAYERS = ("swa_num_key_value_heads", "swa_head_dim")

# `vllm/model_executor/models/deepseek_v2.py`, where `index_skip_topk_offset` is absent.
_USUAL_INDEXER_OFFSET = 2


def parse_attention(family: Architecture, text: ConfigReader, shape: Shape) -> tuple[AttentionLayers, ...]:
    """The layers by kind, those that look furthest back first; none for a pure state-space model.

    Raises `UnsupportedModel` for a kind that is not understood.
    """
    _refuse_foreign_attention(family, text)
    caching: Counter[tuple[Cache, Window | Chunk | None]] = Counter()
    for count, cache, reach in _caching_layers(family, text, shape):
        caching[cache, reach] += count
    is_odd = len(caching) > 1 and family.states is not None
    if is_odd or (not caching and family.attention != "none"):
        raise UnsupportedModel(f"{text.name} mixes layers in a way whose cache cannot be computed.")
    layers = tuple(
        AttentionLayers(count=count, cache=cache, reach=reach)
        for (cache, reach), count in sorted(caching.items(), key=lambda item: item[0][1] is not None)
    )
    return (*layers, *_indexers(family, text, shape))


def parse_recurrent(family: Architecture, text: ConfigReader, shape: Shape) -> RecurrentLayers | None:
    """The layers that keep a state; `None` where there are none."""
    kinds = layer_kinds(family, text, shape, has_window=False) if family.states else ()
    count = shape.layers if family.attention_beside_states else kinds.count(Kind.STATE)
    return RecurrentLayers(count=count, state=parse_state(family, text, shape)) if count else None


def parse_sliding_window(text: ConfigReader) -> int | None:
    """The window of the layers that have one, in tokens; `None` where it is absent or switched off."""
    if text.value("use_sliding_window") is False or not text.value("sliding_window"):
        return None
    return text.optional_count("sliding_window")


def _caching_layers(
    family: Architecture, text: ConfigReader, shape: Shape
) -> Iterator[tuple[int, Cache, Window | Chunk | None]]:
    """How many layers there are of a kind, what each caches, and how far back it looks.

    The last layers may use the cache of earlier ones instead (`num_kv_shared_layers` of Gemma 3n).
    """
    if "block_configs" in family.own_keys:
        yield from ((1, cache, None) for cache in _blocks(text, shape))
        return
    window = parse_sliding_window(text)
    kinds = layer_kinds(family, text, shape, has_window=window is not None)
    sliding = Window(tokens=window) if window is not None else None
    chunked = Chunk(tokens=text.count("attention_chunk_size")) if Kind.CHUNKED in kinds else None
    reaches = {Kind.FULL: None, Kind.SLIDING: sliding, Kind.CHUNKED: chunked}
    own = kinds[: max(0, shape.layers - text.count_or_zero("num_kv_shared_layers"))]
    for kind, reach in reaches.items():
        if kind in own:
            yield own.count(kind), _cache(family, text, shape, reach), reach


def _cache(family: Architecture, text: ConfigReader, shape: Shape, reach: Window | Chunk | None) -> Cache:
    if family.attention == "latent":
        return _latent(text, shape)
    if family.attention == "expanded":
        width = text.count("qk_nope_head_dim") + text.count("qk_rope_head_dim")
        return KVHeads(kv_heads=shape.kv_heads, head_dim=width)
    if text.value("kv_lora_rank"):
        raise UnsupportedModel(
            f"{text.name} sets kv_lora_rank, which this architecture is not known to have."
        )
    heads, head_dim = _KEYS_OF_FULL_LAYERS if reach is None else _KEYS_OF_LOCAL_LAYERS
    return KVHeads(
        kv_heads=(text.optional_count(heads) if heads in family.own_keys else None) or shape.kv_heads,
        head_dim=(text.optional_count(head_dim) if head_dim in family.own_keys else None) or shape.head_dim,
    )


def _latent(text: ConfigReader, shape: Shape) -> MLACache:
    """Source: `vllm/model_executor/layers/attention/mla_attention.py`, `process_weights_after_loading`."""
    rank, rotary = text.count("kv_lora_rank"), text.count("qk_rope_head_dim")
    per_head = text.count("qk_nope_head_dim") + text.count("v_head_dim")
    return MLACache(
        width=rank + rotary,
        heads=shape.attention_heads,
        absorbed_parameters=rank * shape.attention_heads * per_head,
        unsharded_parameters=shape.hidden_size * (rank + rotary + (text.optional_count("q_lora_rank") or 0)),
    )


def _indexers(family: Architecture, text: ConfigReader, shape: Shape) -> tuple[AttentionLayers, ...]:
    """Source: `vllm/model_executor/models/deepseek_v2.py`, `Indexer`."""
    if "index_n_heads" not in family.own_keys:
        return ()
    cache = SparseIndexerCache(width=text.count("index_head_dim"))
    period = text.optional_count("index_topk_freq") or 1
    offset = text.optional_count("index_skip_topk_offset") or _USUAL_INDEXER_OFFSET
    own = sum(max(index - offset + 1, 0) % period == 0 for index in range(shape.layers))
    return (AttentionLayers(count=shape.layers, cache=cache, sharing=shape.layers - own),)


def _blocks(text: ConfigReader, shape: Shape) -> Iterator[KVHeads]:
    """The layers with attention of a model whose blocks were searched (Nemotron-NAS).

    Source: `vllm/model_executor/models/nemotron_nas.py`.
    """
    blocks = text.entries("block_configs")
    if len(blocks) != shape.layers:
        raise ImplausibleMetadata(f"{text.name} lists {len(blocks)} blocks for {shape.layers} layers.")
    for block in blocks:
        attention = ConfigReader({"block": block}, name=text.name).nested("block").nested("attention")
        if not attention.flag("no_op"):
            group = attention.count("n_heads_in_group")
            yield KVHeads(kv_heads=max(1, shape.attention_heads // group), head_dim=shape.head_dim)


def _refuse_foreign_attention(family: Architecture, text: ConfigReader) -> None:
    foreign = next((key for key in FOREIGN_KEYS if text.value(key) and key not in family.own_keys), None)
    if foreign is not None:
        raise UnsupportedModel(
            f"{text.name} sets {foreign}: part of its attention does not keep a key and a value of each"
            " token, and its cache cannot be computed."
        )
