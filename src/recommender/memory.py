"""How many bytes a model takes on each GPU, and how many are left for its KV cache."""

from dataclasses import dataclass

from recommender.dtype import Dtype
from recommender.gpu import Gpu
from recommender.kv_cache import CacheLayout, cache_layout
from recommender.model import Model
from recommender.overhead import Overhead, runtime_overhead, scheduler_defaults
from recommender.quantization import Quantization
from recommender.weights import weight_bytes_per_gpu

# The share of a GPU that vLLM may use, `--gpu-memory-utilization`. It is passed on in the arguments,
# because vLLM's own default is 0.9 up to 0.19 and 0.92 from 0.20 on (`vllm/config/cache.py`).
GPU_MEMORY_UTILIZATION = 0.90

# Batches that may be scheduled and not yet settled: two with asynchronous scheduling, from 0.26 on
# (`VllmConfig.max_in_flight_tokens`); earlier versions count one and need less.
_CONCURRENT_BATCHES = 2

# vLLM keeps one block for itself: `null_block` in `vllm/v1/core/block_pool.py`.
_RESERVED_BLOCKS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The memory of one GPU, in bytes, as vLLM divides it at start-up."""

    visible_bytes: int
    usable_bytes: int
    weight_bytes: int
    overhead: Overhead
    layout: CacheLayout
    in_flight_tokens: int
    """Tokens that may be scheduled at once, which layers with a window keep beside it."""

    @property
    def kv_cache_bytes(self) -> int:
        """What is left for the KV cache; negative where weights and overhead alone are too much."""
        return self.usable_bytes - self.weight_bytes - self.overhead.total_bytes

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens of the instance's whole cache, as vLLM logs them; each GPU has its share of every token."""
        return self.layout.tokens(self.kv_cache_bytes)

    def held_requests(self, tokens: int) -> int:
        """Requests of `tokens` that the cache holds at once."""
        blocks = self.layout.blocks(self.kv_cache_bytes) - _RESERVED_BLOCKS
        return max(0, blocks) // self.layout.blocks_for(tokens, self.in_flight_tokens)


def budget(model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None = None) -> Budget:
    """The budget of each GPU when `tensor_parallel` of them serve `model`.

    Source: `vllm/v1/worker/gpu_worker.py`, `determine_available_memory`: total x utilization - weights -
    overhead.
    """
    dtype = compute_dtype(model, gpu)
    return Budget(
        visible_bytes=gpu.visible_bytes,
        usable_bytes=int(gpu.visible_bytes * GPU_MEMORY_UTILIZATION),
        weight_bytes=weight_bytes_per_gpu(model, dtype, tensor_parallel, quantization),
        overhead=runtime_overhead(model, gpu, tensor_parallel),
        layout=cache_layout(model, tensor_parallel, dtype),
        in_flight_tokens=_CONCURRENT_BATCHES * scheduler_defaults(gpu)[0],
    )


def compute_dtype(model: Model, gpu: Gpu) -> Dtype:
    """The dtype that vLLM chooses for `--dtype auto`.

    FP32 checkpoints run in 16 bit; where the GPU has no BF16, a BF16 model runs in FP16, and one that
    does not support FP16 in FP32 (`vllm/config/model.py`, `_resolve_auto_dtype`).
    """
    wanted = Dtype.BFLOAT16 if model.native_dtype is Dtype.FLOAT32 else model.native_dtype
    if wanted is Dtype.BFLOAT16 and not gpu.computes_bf16:
        wanted = Dtype.FLOAT16
    if wanted is Dtype.FLOAT16 and not model.supports_float16:
        return Dtype.BFLOAT16 if gpu.computes_bf16 else Dtype.FLOAT32
    return wanted
