"""The engine arguments that memory depends on, their defaults by GPU, and those that a caller fixes."""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.caches import bounded_cache
from recommender.hardware.gpu import Gpu
from recommender.model import Model, text_only
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.facts import BatchDefaults, batch_defaults, is_deprecated
from recommender.vllm.v0_engine import (
    V0_CONTEXT,
    V0_LARGE_GPU_BYTES,
    V0_SEQUENCES,
    runs_in_v0,
    runs_in_v0_alone,
)
from recommender.vllm.version import Version
from recommender.vllm.version_behavior import VersionBehavior

# What the benchmark platform passes; vLLM's own default differs by version: `facts.default_utilization`.
DEFAULT_GPU_MEMORY_UTILIZATION = 0.90

DEFAULT_MAX_NUM_SEQS = 256
"""`--max-num-seqs` on all but the largest GPUs."""

KVCacheDtype = Literal["auto", "fp8", "fp8_e4m3", "fp8_e5m2"]
"""Values of `--kv-cache-dtype` that are planned for."""

_FP8_BYTES = 1

_FIRST_WITHOUT_TOWERS: Version = (0, 15, 0)

# Multimodal models whose items vLLM does not divide among batches, because their tokens attend to each other
# in both directions: `is_mm_prefix_lm`, `vllm/config/model.py`. The default is as large as the largest item
# (`_get_min_mm_batched_tokens`, `vllm/engine/arg_utils.py`).
_UNDIVIDED_CLASSES = frozenset({"Gemma3ForConditionalGeneration", "Gemma4ForConditionalGeneration"})

# The V0 engine prefilled longer contexts in chunks: `vllm/engine/arg_utils.py` of 0.5.3 and later.
_V0_TOKENS = 2048
_LONGEST_UNCHUNKED_CONTEXT = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOverrides:
    """Engine arguments that the caller fixes; `None`, `auto` and `False` leave the default."""

    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    gpu_memory_utilization: float | None = None
    kv_cache_dtype: KVCacheDtype = "auto"
    enforce_eager: bool = False
    language_model_only: bool = False
    """Whether `--limit-mm-per-prompt` excludes images and videos, so that no encoder is loaded."""


NO_ENGINE_OVERRIDES = EngineOverrides()


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
    batches_whole_prompts: bool = False
    """Whether a batch has to hold a prompt of the whole context, as in the V0 engine."""
    has_fixed_batch: bool = False
    """Whether the caller fixes the batched tokens; otherwise such a batch grows with the context."""
    kv_cache_dtype: KVCacheDtype = "auto"
    allow_deprecated_quantization: bool = False
    """Without it a version that deprecates the checkpoint's quantization method does not start."""
    is_in_mistral_format: bool = False
    """Whether params.json and consolidated files are loaded, and Mistral's own tokenizer."""
    default_max_num_seqs: int | None = None
    """What a plan may lower, for a model with fewer blocks for states; `None` where it may not."""
    overhead_bytes: int | None = None
    """Overhead of one GPU to assume instead of the estimate."""

    @property
    def lowers_max_num_seqs(self) -> bool:
        """Whether there are fewer sequences than the default, without which vLLM would not start."""
        return self.default_max_num_seqs is not None and self.max_num_seqs < self.default_max_num_seqs

    @property
    def kv_cache_value_bytes(self) -> int | None:
        """Bytes of one cached value where `--kv-cache-dtype` sets them; `None` for those of the dtype."""
        return None if self.kv_cache_dtype == "auto" else _FP8_BYTES

    @property
    def required_state_blocks(self) -> int:
        """Blocks without which vLLM does not start a model with states; the check belongs to CUDA graphs."""
        needs_them = self.behavior.needs_block_per_sequence and not self.enforce_eager
        return self.max_num_seqs if needs_them else 0

    def at_context(self, context_tokens: int) -> "EngineArgs":
        """These for a context in tokens, and with a batch of that length where it grows with the context."""
        tokens = self.max_num_batched_tokens
        if self.grows_with_context:
            tokens = max(_V0_TOKENS, context_tokens)
        return replace(self, max_model_len=context_tokens, max_num_batched_tokens=tokens)

    @property
    def grows_with_context(self) -> bool:
        """Whether a batch is as long as the context."""
        return self.batches_whole_prompts and not self.has_fixed_batch

    @property
    def longest_prompt(self) -> int | None:
        """The longest context, in tokens, that a fixed batch of whole prompts allows; `None` for any."""
        return self.max_num_batched_tokens if self.batches_whole_prompts and self.has_fixed_batch else None

    def encodes_images(self, model: Model) -> bool:
        """Whether an image encoder is loaded and profiled."""
        return model.has_vision and not self.language_model_only

    def loaded(self, model: Model) -> Model:
        """`model` as far as it is loaded: from 0.15 on without an encoder that no request can need.

        Source: `_mark_tower_model`, `vllm/model_executor/models/interfaces.py`.
        """
        version = self.behavior.version
        leaves_out = self.language_model_only and (version is None or version >= _FIRST_WITHOUT_TOWERS)
        return text_only(model) if leaves_out else model

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
    return replace(
        engine_args,
        behavior=behavior,
        max_num_batched_tokens=(
            own.max_num_batched_tokens if tokens == common.max_num_batched_tokens else tokens
        ),
        max_num_seqs=own.max_num_seqs if sequences == common.max_num_seqs else sequences,
    )


def engine_args_for(
    model: Model,
    gpu: Gpu,
    behavior: VersionBehavior = ANY_VERSION,
    overrides: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> EngineArgs:
    """The engine arguments that `model` is planned with on `gpu`: those of `overrides`, else the defaults.

    As in vLLM, the default number of sequences is not above the batched tokens
    (`_set_default_max_num_seqs_and_batched_tokens_args`, `vllm/engine/arg_utils.py` of 0.33).
    """
    default = default_engine_args(gpu, behavior)
    least = 0 if overrides.language_model_only else least_batched_tokens(model)
    tokens = overrides.max_num_batched_tokens or max(default.max_num_batched_tokens, least)
    sequences = min(default.max_num_seqs, tokens)
    engine_args = replace(
        default,
        gpu_memory_utilization=overrides.gpu_memory_utilization or default.gpu_memory_utilization,
        max_num_batched_tokens=tokens,
        max_num_seqs=overrides.max_num_seqs or sequences,
        default_max_num_seqs=sequences if overrides.max_num_seqs is None else None,
        enforce_eager=overrides.enforce_eager,
        language_model_only=overrides.language_model_only,
        kv_cache_dtype=overrides.kv_cache_dtype,
        allow_deprecated_quantization=behavior.version is None
        and _needs_deprecated_method(model.quantization),
        is_in_mistral_format=model.is_in_mistral_format,
    )
    if not runs_in_v0(model, gpu, behavior.version):
        return engine_args
    return _for_v0(engine_args, model, gpu, overrides)


def _for_v0(engine_args: EngineArgs, model: Model, gpu: Gpu, overrides: EngineOverrides) -> EngineArgs:
    """A batch holds the longest prompt: `SchedulerConfig`, `vllm/config.py`, refuses fewer tokens."""
    engine_args = replace(
        engine_args,
        batches_whole_prompts=True,
        has_fixed_batch=overrides.max_num_batched_tokens is not None,
    )
    if not runs_in_v0_alone(model):
        return engine_args
    if gpu.visible_bytes < V0_LARGE_GPU_BYTES:
        engine_args = engine_args.at_context(min(model.max_position_embeddings, V0_CONTEXT))
    sequences = overrides.max_num_seqs or min(engine_args.max_num_seqs, V0_SEQUENCES)
    return replace(engine_args, max_num_seqs=sequences, default_max_num_seqs=None)


def least_batched_tokens(model: Model) -> int:
    """The batched tokens below which vLLM does not start, because an image or a video would not fit."""
    if model.encoder is None or model.class_name not in _UNDIVIDED_CLASSES:
        return 0
    return model.encoder.largest.at(model.max_position_embeddings).tokens


_batch_defaults = bounded_cache(batch_defaults)


@bounded_cache
def _needs_deprecated_method(method: str | None) -> bool:
    return method is not None and is_deprecated(method, None)
