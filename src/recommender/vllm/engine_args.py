"""The flags under which vLLM runs, as far as memory depends on them."""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior

# What the benchmark platform passes; the rules' own default is 0.9 up to 0.19 and 0.92 from 0.20 on.
GPU_MEMORY_UTILIZATION = 0.90

# `--max-num-batched-tokens` and `--max-num-seqs` by the size of the GPU.
_USUAL_TOKENS, USUAL_SEQUENCES = 2048, 256
_LARGE_TOKENS, _LARGE_SEQUENCES = 8192, 1024
_LARGEST_TOKENS = 16_384

# Longer ones were prefilled in chunks: `vllm/engine/arg_utils.py` of 0.5.3 and later.
_LONGEST_UNCHUNKED_CONTEXT = 32_768

_LARGE_GPU_BYTES = 70 * GIB
_LARGEST_GPU_BYTES = 160 * GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineArgs:
    """The engine arguments of vLLM on one kind of GPU."""

    behavior: VersionBehavior
    gpu_memory_utilization: float
    """The share of a GPU's memory that vLLM may use, `--gpu-memory-utilization`."""
    max_num_batched_tokens: int
    """`--max-num-batched-tokens`."""
    max_num_seqs: int
    """`--max-num-seqs`."""
    compiles: bool = True
    """False with `--enforce-eager`, which captures no graphs either."""
    context_tokens: int | None = None
    """`--max-model-len`; `None` where it is not known yet, and the model's own is assumed."""
    overhead_bytes: int | None = None
    """What to assume that vLLM takes of a GPU for itself; `None` for the estimate."""
    cache_value_bytes: int | None = None
    """Bytes of one cached value where `--kv-cache-dtype` sets them; `None` for those of the dtype."""

    @property
    def blocks_for_states(self) -> int:
        """Blocks without which vLLM does not start a model that keeps states."""
        return self.max_num_seqs if self.behavior.wants_a_block_for_each_sequence else 0

    @property
    def in_flight_tokens(self) -> int:
        """Tokens that may be scheduled and not yet settled, which layers with a window keep beside it."""
        return self.behavior.concurrent_batches * self.max_num_batched_tokens


def default_engine_args(
    gpu: Gpu, behavior: VersionBehavior = ANY_VERSION, *, context_tokens: int = 0
) -> EngineArgs:
    """The flags that an API server takes by default on `gpu` for a context of `context_tokens`.

    Source: `vllm/engine/arg_utils.py`, `get_batch_defaults`; an A100 is no large GPU to it. The first engine
    took a whole context as a batch, unless it was over 32,768 tokens long.
    """
    max_num_batched_tokens, max_num_seqs = _USUAL_TOKENS, USUAL_SEQUENCES
    if behavior.profiles_whole_context:
        if context_tokens <= _LONGEST_UNCHUNKED_CONTEXT:
            max_num_batched_tokens = max(max_num_batched_tokens, context_tokens)
    elif gpu.visible_bytes >= _LARGE_GPU_BYTES and (
        behavior.a100_takes_large_batches or not gpu.name.startswith("A100")
    ):
        max_num_batched_tokens, max_num_seqs = _LARGE_TOKENS, _LARGE_SEQUENCES
    if behavior.all_gpus_take_large_batches:
        max_num_seqs = _LARGE_SEQUENCES
    if gpu.visible_bytes >= _LARGEST_GPU_BYTES and behavior.largest_gpus_take_double_batches:
        max_num_batched_tokens = _LARGEST_TOKENS
    return EngineArgs(
        behavior=behavior,
        gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
        max_num_batched_tokens=max_num_batched_tokens,
        max_num_seqs=max_num_seqs,
    )
