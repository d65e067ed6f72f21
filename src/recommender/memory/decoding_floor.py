"""A lower bound of the time that one decoding step takes: what it must read over the bandwidth of the memory.

It holds for decoding one token of each request at a time, without speculative decoding, and for requests that
do not share a prefix. Everything else takes time on top: it is a bound that no server beats, and no estimate.
"""

import math

from recommender.hardware.gpu import Gpu
from recommender.memory.weights import weight_bytes
from recommender.model import KVHeads, MLACache, Model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import Quantization

# What may stay in a cache on the chip from one step to the next: the largest L2 cache of all GPUs, that of
# RTX PRO 6000 Blackwell.
_ON_CHIP_BYTES = 128 * 1024**2

# Embeddings of each layer, of which a step looks up few rows (Gemma 3n).
_LAYER_EMBEDDINGS = frozenset({"hidden_size_per_layer_input", "vocab_size_per_layer_input"})


def least_ms_per_token(  # noqa: PLR0913 - the optional ones are named
    model: Model,
    gpu: Gpu,
    dtype: Dtype,
    tensor_parallel: int,
    quantization: Quantization | None = None,
    *,
    value_bytes: int,
    requests: int,
    tokens: int,
) -> float | None:
    """Milliseconds of a step with `requests`, each of at least `tokens`, on `tensor_parallel` GPUs.

    `value_bytes` are those of a cached value. `None` where the bandwidth is not known, and for models of
    which a step need not read all weights: with an image encoder, embeddings of each layer, or estimated.
    """
    if gpu.memory_gb_per_second is None or model.has_vision or model.is_estimated:
        return None
    if not _LAYER_EMBEDDINGS.isdisjoint(model.config_keys):
        return None
    weights = _least_weight_bytes(model, dtype, quantization) // tensor_parallel
    cache = requests * tokens * _least_token_bytes(model, tensor_parallel, value_bytes)
    return max(0, weights + cache - _ON_CHIP_BYTES) / gpu.memory_gb_per_second / 1e6


def _least_weight_bytes(model: Model, dtype: Dtype, quantization: Quantization | None) -> int:
    """Of all GPUs: everything but the input embedding, and of experts those of one token only."""
    shape = model.shape
    embedding = shape.vocabulary * shape.hidden_size
    # A tied one is the output head; `weight_bytes` may count a second copy of it where it is quantized.
    copies = (1 if quantization is not None else 0) if model.is_tied else 1
    read = weight_bytes(model, dtype, quantization) - copies * embedding * dtype.size_bytes
    if not shape.experts:
        return read
    share = shape.experts_per_token / shape.experts
    least = int(read * share)  # as if all weights were the experts'
    if model.quantization is not None:
        return least
    expert_bytes = quantization.bytes_per_weight if quantization is not None else dtype.size_bytes
    return max(least, read - math.ceil(shape.expert_parameters * expert_bytes * (1 - share)))


def _least_token_bytes(model: Model, tensor_parallel: int, value_bytes: int) -> int:
    """Of one GPU: what layers that attend to every token cache of it; 0 where an indexer chooses tokens."""
    kinds = KVHeads, MLACache
    if not all(isinstance(layers.cache, kinds) for layers in model.attention):
        return 0
    return sum(
        layers.caching(can_share=True) * layers.cache.token_bytes(tensor_parallel, value_bytes)
        for layers in model.attention
        if layers.span.is_full
    )
