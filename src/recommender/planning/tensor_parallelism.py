"""Which tensor parallel degrees vLLM accepts for a model."""

import math

from recommender.model import Model

# Share of a GPU that weights may take, so that enough is left for a useful cache.
_WEIGHT_SHARE = 0.85

_VOCABULARY_STEP = 64


def valid_degrees(model: Model, gpu_count: int, *, replicate_kv_heads: bool = False) -> tuple[int, ...]:
    """The degrees up to `gpu_count` that vLLM accepts, in rising order.

    A degree divides the attention heads (`vllm/config/model.py`, `verify_with_parallel_config`), the
    feed-forward widths (`layers/linear.py`), the vocabulary padded to 64
    (`layers/vocab_parallel_embedding.py`) and the KV heads; with `replicate_kv_heads` a multiple of the KV
    heads is valid too, because vLLM then keeps a copy of each head on several GPUs (`QKVParallelLinear`).
    A quantized matrix is divided into whole blocks, one of bitsandbytes not at all.
    """
    if model.quantization == "bitsandbytes":  # `model_loader/bitsandbytes_loader.py`
        return (1,)
    divided, blocked, kv_heads = _divided(model), _blocked(model), model.kv_heads or 0
    return tuple(
        degree
        for degree in range(1, gpu_count + 1)
        if all(width % degree == 0 for width in divided)
        and all(width // degree % model.shard_multiple == 0 for width in blocked)
        and model.can_shard_caches(degree)
        and (replicate_kv_heads or kv_heads % degree == 0)
    )


def nearest_degree(model: Model, degree: int) -> int:
    """The largest degree up to `degree` that vLLM accepts, with KV heads replicated where necessary.

    1 where it accepts none: a model that can be sharded at all can run on one GPU.
    """
    return max(valid_degrees(model, degree, replicate_kv_heads=True), default=1)


def minimum_degree(weight_bytes: int, gpu_memory_bytes: int) -> int:
    """GPUs needed for the weights alone: `ceil(weights / (0.85 x memory of one GPU))`."""
    return math.ceil(weight_bytes / (_WEIGHT_SHARE * gpu_memory_bytes))


def _divided(model: Model) -> tuple[int, ...]:
    shape = model.shape
    padded_vocabulary = -(-shape.vocabulary // _VOCABULARY_STEP) * _VOCABULARY_STEP
    widths = shape.intermediate_size, shape.expert_intermediate_size
    return shape.attention_heads, *widths, padded_vocabulary


def _blocked(model: Model) -> tuple[int, ...]:
    """Widths that are divided into whole blocks; the kernels of some experts pad theirs instead."""
    shape = model.shape
    if not shape.experts:
        return (shape.intermediate_size,)
    return (shape.expert_intermediate_size,) if model.shards_experts_in_multiples else ()
