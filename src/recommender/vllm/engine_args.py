"""The engine arguments that memory depends on, and their defaults by GPU."""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.model import Model
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior

# What the benchmark platform passes. vLLM's own default is 0.9 up to 0.19 and 0.92 from 0.20 on.
DEFAULT_GPU_MEMORY_UTILIZATION = 0.90

# `--max-num-batched-tokens` and `--max-num-seqs` by the size of the GPU.
_DEFAULT_TOKENS, DEFAULT_MAX_NUM_SEQS = 2048, 256
_LARGE_GPU_TOKENS, _LARGE_GPU_SEQUENCES = 8192, 1024
_LARGEST_GPU_TOKENS = 16_384

# Longer contexts were prefilled in chunks: `vllm/engine/arg_utils.py` of 0.5.3 and later.
_LONGEST_UNCHUNKED_CONTEXT = 32_768

_LARGE_GPU_BYTES = 70 * GIB
_LARGEST_GPU_BYTES = 160 * GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineArgs:
    """The engine arguments of vLLM on one kind of GPU, by vLLM's names, and the version's behavior."""

    behavior: VersionBehavior
    gpu_memory_utilization: float
    max_num_batched_tokens: int
    max_num_seqs: int
    enforce_eager: bool = False
    """No compilation and no CUDA graphs."""
    has_compile_cache: bool = False
    """Whether vLLM has compiled the model before on this machine."""
    language_model_only: bool = False
    """Whether `--language-model-only` leaves out the encoders of a multimodal model."""
    max_model_len: int | None = None
    """`None` where it is not decided yet and the model's own limit is assumed."""
    kv_cache_value_bytes: int | None = None
    """Bytes of one cached value where `--kv-cache-dtype` sets them; `None` for those of the dtype."""
    overhead_bytes: int | None = None
    """Overhead of one GPU to assume instead of the estimate."""

    @property
    def required_state_blocks(self) -> int:
        """Blocks without which vLLM does not start a model with states; the check belongs to CUDA graphs."""
        needs_them = self.behavior.needs_block_per_sequence and not self.enforce_eager
        return self.max_num_seqs if needs_them else 0

    def encodes_images(self, model: Model) -> bool:
        """Whether an image encoder is loaded and profiled."""
        return model.has_vision and not self.language_model_only

    @property
    def in_flight_tokens(self) -> int:
        """Tokens that may be scheduled and not yet finished, which layers with a window keep in addition."""
        return self.behavior.concurrent_batches * self.max_num_batched_tokens


def default_engine_args(
    gpu: Gpu, behavior: VersionBehavior = ANY_VERSION, *, context_tokens: int = 0
) -> EngineArgs:
    """The defaults of an API server on `gpu` for a context of `context_tokens`.

    Source: `vllm/engine/arg_utils.py`, `get_batch_defaults`, which does not treat an A100 as a large GPU. The
    V0 engine took a whole context as a batch, unless it was longer than 32,768 tokens.
    """
    max_num_batched_tokens, max_num_seqs = _DEFAULT_TOKENS, DEFAULT_MAX_NUM_SEQS
    if behavior.profiles_whole_context:
        if context_tokens <= _LONGEST_UNCHUNKED_CONTEXT:
            max_num_batched_tokens = max(max_num_batched_tokens, context_tokens)
    elif gpu.visible_bytes >= _LARGE_GPU_BYTES and (
        behavior.a100_takes_large_batches or not gpu.name.startswith("A100")
    ):
        max_num_batched_tokens, max_num_seqs = _LARGE_GPU_TOKENS, _LARGE_GPU_SEQUENCES
    if behavior.all_gpus_take_large_batches:
        max_num_seqs = _LARGE_GPU_SEQUENCES
    if gpu.visible_bytes >= _LARGEST_GPU_BYTES and behavior.largest_gpus_take_double_batches:
        max_num_batched_tokens = _LARGEST_GPU_TOKENS
    return EngineArgs(
        behavior=behavior,
        gpu_memory_utilization=DEFAULT_GPU_MEMORY_UTILIZATION,
        max_num_batched_tokens=max_num_batched_tokens,
        max_num_seqs=max_num_seqs,
    )
