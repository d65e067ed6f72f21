"""The engine arguments that memory depends on, and their defaults by GPU."""

from dataclasses import dataclass, replace
from functools import lru_cache

from recommender.hardware.gpu import Gpu
from recommender.model import Model
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.facts import BatchDefaults, batch_defaults

# What the benchmark platform passes; vLLM's own default differs by version: `facts.default_utilization`.
DEFAULT_GPU_MEMORY_UTILIZATION = 0.90

DEFAULT_MAX_NUM_SEQS = 256
"""`--max-num-seqs` on all but the largest GPUs."""

# The V0 engine prefilled longer contexts in chunks: `vllm/engine/arg_utils.py` of 0.5.3 and later.
_V0_TOKENS = 2048
_LONGEST_UNCHUNKED_CONTEXT = 32_768


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

    Without a chosen version, the smallest of all covered ones. The V0 engine took a whole context as a batch,
    unless it was longer than 32,768 tokens.
    """
    if behavior.profiles_whole_context:
        context = context_tokens if context_tokens <= _LONGEST_UNCHUNKED_CONTEXT else 0
        defaults = BatchDefaults(max(_V0_TOKENS, context), DEFAULT_MAX_NUM_SEQS)
    else:
        defaults = _batch_defaults(gpu, behavior.version)
    return EngineArgs(
        behavior=behavior,
        gpu_memory_utilization=DEFAULT_GPU_MEMORY_UTILIZATION,
        max_num_batched_tokens=defaults.max_num_batched_tokens,
        max_num_seqs=defaults.max_num_seqs,
    )


def under_version(engine_args: EngineArgs, gpu: Gpu, behavior: VersionBehavior) -> EngineArgs:
    """`engine_args`, which are for every version, under one of them.

    The limits of the scheduler are its own defaults on `gpu` where they are the defaults for every version.
    """
    common, own = _batch_defaults(gpu, None), _batch_defaults(gpu, behavior.version)
    tokens, sequences = engine_args.max_num_batched_tokens, engine_args.max_num_seqs
    is_default = tokens == common.max_num_batched_tokens and sequences == common.max_num_seqs
    return replace(
        engine_args,
        behavior=behavior,
        max_num_batched_tokens=own.max_num_batched_tokens if is_default else tokens,
        max_num_seqs=own.max_num_seqs if is_default else sequences,
    )


_batch_defaults = lru_cache(1024)(batch_defaults)
