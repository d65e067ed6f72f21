"""Which tensor parallel degrees vLLM accepts for a model."""

import math

from recommender.model import Model

# Share of a GPU that weights may take, so that a cache beside them is worth having.
_WEIGHT_SHARE = 0.85


def valid_degrees(model: Model, gpu_count: int, *, replicate_kv_heads: bool = False) -> tuple[int, ...]:
    """The degrees up to `gpu_count` that divide the model evenly, in rising order.

    A degree divides the attention heads (`vllm/config/model.py`, `verify_with_parallel_config`), the
    feed-forward width (`vllm/model_executor/layers/linear.py`) and the KV heads; with
    `replicate_kv_heads` a multiple of the KV heads is valid too, because vLLM then keeps a copy of each
    head on several GPUs (`QKVParallelLinear`). Latent attention has no heads to divide in its cache.
    """
    return tuple(
        degree
        for degree in range(1, gpu_count + 1)
        if model.shape.attention_heads % degree == 0
        and model.shape.intermediate_size % degree == 0
        and _divides_kv_heads(model, degree, replicate=replicate_kv_heads)
    )


def minimum_degree(weight_bytes: int, gpu_memory_bytes: int) -> int:
    """GPUs that the weights alone need: `ceil(weights / (0.85 x memory of one GPU))`."""
    return math.ceil(weight_bytes / (_WEIGHT_SHARE * gpu_memory_bytes))


def _divides_kv_heads(model: Model, degree: int, *, replicate: bool) -> bool:
    kv_heads = model.kv_heads
    return kv_heads is None or kv_heads % degree == 0 or (replicate and degree % kv_heads == 0)
