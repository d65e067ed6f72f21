"""The flags under which vLLM runs, as far as memory depends on them."""

from dataclasses import dataclass

from recommender.gpu import Gpu
from recommender.units import GIB
from recommender.versions import ANY_VERSION, Rules

# What the benchmark platform passes; the rules' own default is 0.9 up to 0.19 and 0.92 from 0.20 on.
GPU_MEMORY_UTILIZATION = 0.90

# `--max-num-batched-tokens` and `--max-num-seqs` by the size of the GPU.
_USUAL_TOKENS, USUAL_SEQUENCES = 2048, 256
_LARGE_TOKENS, _LARGE_SEQUENCES = 8192, 1024
_LARGEST_TOKENS = 16_384

_LARGE_GPU_BYTES = 70 * GIB
_LARGEST_GPU_BYTES = 160 * GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A vLLM server on one kind of GPU."""

    rules: Rules
    utilization: float
    """The share of a GPU's memory that vLLM may use, `--gpu-memory-utilization`."""
    batched_tokens: int
    """`--max-num-batched-tokens`."""
    sequences: int
    """`--max-num-seqs`."""
    compiles: bool = True
    """False with `--enforce-eager`, which captures no graphs either."""
    cache_value_bytes: int | None = None
    """Bytes of one cached value where `--kv-cache-dtype` sets them; `None` for those of the dtype."""

    @property
    def blocks_for_states(self) -> int:
        """Blocks without which vLLM does not start a model that keeps states."""
        return self.sequences if self.rules.wants_a_block_for_each_sequence else 0

    @property
    def in_flight_tokens(self) -> int:
        """Tokens that may be scheduled and not yet settled, which layers with a window keep beside it."""
        return self.rules.concurrent_batches * self.batched_tokens


def default_server(gpu: Gpu, rules: Rules = ANY_VERSION, *, context_tokens: int = 0) -> Server:
    """The flags that an API server takes by default on `gpu` for a context of `context_tokens`.

    Source: `vllm/engine/arg_utils.py`, `get_batch_defaults`; an A100 is no large GPU to it. The V0 engine
    took a whole context as a batch.
    """
    batched_tokens, sequences = _USUAL_TOKENS, USUAL_SEQUENCES
    if rules.profiles_whole_context:
        batched_tokens = max(batched_tokens, context_tokens)
    elif gpu.visible_bytes >= _LARGE_GPU_BYTES and not gpu.name.startswith("A100"):
        batched_tokens, sequences = _LARGE_TOKENS, _LARGE_SEQUENCES
    if gpu.visible_bytes >= _LARGEST_GPU_BYTES and rules.largest_gpus_take_double_batches:
        batched_tokens = _LARGEST_TOKENS
    return Server(
        rules=rules,
        utilization=GPU_MEMORY_UTILIZATION,
        batched_tokens=batched_tokens,
        sequences=sequences,
    )
