"""The indexers of sparse attention, from config.json."""

from recommender.model.attention import AttentionLayers
from recommender.model.config_reader import ConfigReader
from recommender.model.indexers import BlockKeyCache, SparseIndexerCache
from recommender.model.values import Shape

# `vllm/model_executor/models/deepseek_v2.py`, where `index_skip_topk_offset` is absent.
_DEFAULT_INDEXER_OFFSET = 2


def parse_indexers(config: ConfigReader, shape: Shape) -> tuple[AttentionLayers, ...]:
    """Source: `vllm/model_executor/models/deepseek_v2.py`, `Indexer`."""
    own = _own_indexers(config, shape)
    width, heads = config.positive_int("index_head_dim"), config.positive_int("index_n_heads")
    projections = config.positive_int("q_lora_rank") * heads * width + shape.hidden_size * (width + heads)
    cache = SparseIndexerCache(width=width, replicated_parameters=projections * own // shape.layers)
    return (AttentionLayers(count=shape.layers, cache=cache, reusing=shape.layers - own),)


def _own_indexers(config: ConfigReader, shape: Shape) -> int:
    """Layers that do not use the previous layer's indexer."""
    if config.is_list("indexer_types"):
        return config.strings("indexer_types")[: shape.layers].count("full")
    period = config.optional_positive_int("index_topk_freq") or 1
    offset = config.optional_positive_int("index_skip_topk_offset") or _DEFAULT_INDEXER_OFFSET
    return sum(max(index - offset + 1, 0) % period == 0 for index in range(shape.layers))


def parse_block_keys(config: ConfigReader, shape: Shape) -> tuple[AttentionLayers, ...]:
    """Source: `vllm/models/minimax_m3/nvidia/model.py`, `_sparse_attention_layer_ids`."""
    sparse = config.nested("sparse_attention_config")
    count = sum(each > 0 for each in sparse.non_negative_ints("sparse_attention_freq")[: shape.layers])
    if not count:
        return ()
    return (AttentionLayers(count=count, cache=BlockKeyCache(width=sparse.positive_int("sparse_index_dim"))),)
