"""The settings that can be changed to make a model start, and the values that each may have instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.compatibility import fp8_cache_incompatibility
from recommender.planning.context import minimum_context
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.startup import longest_context, required_batched_tokens
from recommender.planning.tensor_parallelism import valid_degrees
from recommender.vllm.engine_args import KVCacheDtype, engine_args_for
from recommender.vllm.version_behavior import VersionBehavior

LeverName = Literal[
    "tensor_parallel_degree",
    "gpu_memory_utilization",
    "max_num_batched_tokens",
    "max_num_seqs",
    "limit_mm_per_prompt",
    "kv_cache_dtype",
    "enforce_eager",
    "max_model_len",
]
Value = float | KVCacheDtype

# Those that cost least come first.
ENGINE_LEVERS: tuple[LeverName, ...] = (
    "gpu_memory_utilization",
    "max_num_batched_tokens",
    "max_num_seqs",
    "limit_mm_per_prompt",
    "kv_cache_dtype",
    "enforce_eager",
)
LEVERS: tuple[LeverName, ...] = ("tensor_parallel_degree", *ENGINE_LEVERS, "max_model_len")

# Above it too little is left for what vLLM allocates after the cache: graphs and the sampler's warm-up.
_HIGHEST_PERCENT = 95

# Batches are halved, and not below this.
_FEWEST_TOKENS = 256

_FP8: tuple[KVCacheDtype, ...] = ("fp8", "fp8_e5m2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value in place of the one that the caller fixes, or of the default."""

    name: LeverName
    value: Value
    default: Value
    step: float
    """The share of the default that the change adds or takes away; 1 for what is only on or off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """The other values that a setting may have, those with the smallest step first."""

    name: LeverName
    overrides: Overrides
    """The caller's values, of which the lever changes one."""
    default: Value
    values: Sequence[Value]
    furthest: Value
    """The value that takes the least memory of a GPU."""

    @property
    def is_monotonic(self) -> bool:
        """Whether all values after the first that suffices do, too; degrees may be lower or higher."""
        return self.name != "tensor_parallel_degree"

    def at(self, value: Value) -> Overrides:
        """The overrides with `value`."""
        match self.name:
            case "tensor_parallel_degree":
                return replace(self.overrides, tensor_parallel=int(value))
            case "max_model_len":
                return replace(self.overrides, max_model_len=int(value))
            case "limit_mm_per_prompt":
                return self._with_engine(language_model_only=value)
            case _:
                return self._with_engine(**{self.name: value})

    def setting(self, value: Value) -> Setting:
        """The change to `value`."""
        is_switch = isinstance(value, (bool, str)) or isinstance(self.default, str)
        step = 1.0 if is_switch else abs(float(value) / float(self.default) - 1)
        return Setting(name=self.name, value=value, default=self.default, step=step)

    def _with_engine(self, **changed: Any) -> Overrides:  # noqa: ANN401 - of any engine argument
        return replace(self.overrides, engine=replace(self.overrides.engine, **changed))


def engine_lever(
    name: LeverName, model: Model, instance: Instance, behavior: VersionBehavior, overrides: Overrides
) -> Lever | None:
    """The engine argument on top of `overrides`; `None` where it has no other value that could help."""
    engine = overrides.engine
    args = engine_args_for(model, gpu_of(instance), behavior, engine)
    default: Value
    values: Sequence[Value]
    match name:
        case "gpu_memory_utilization":
            default = args.gpu_memory_utilization
            shares = (percent / 100 for percent in range(_HIGHEST_PERCENT + 1))
            values = [share for share in shares if share > default]
        case "max_num_batched_tokens":
            default = args.max_num_batched_tokens
            values = list(_batched_tokens(default, required_batched_tokens(model, engine)))
        case "max_num_seqs":
            default = args.max_num_seqs
            values = range(args.max_num_seqs - 1, 0, -1)
        case "limit_mm_per_prompt":
            default = engine.language_model_only
            values = [True] if model.has_vision and not default else []
        case "kv_cache_dtype":
            default = engine.kv_cache_dtype
            values = _cache_dtypes(model, instance, behavior, default)
        case "enforce_eager":
            default = engine.enforce_eager
            values = [] if default else [True]
        case "tensor_parallel_degree" | "max_model_len":
            return None
    return _lever(name, overrides, default, values)


def degree_lever(
    model: Model, instance: Instance, behavior: VersionBehavior, overrides: Overrides, degree: int
) -> Lever | None:
    """Another degree that vLLM accepts in place of `degree`, the nearest first."""
    accepted = valid_degrees(model, instance.accelerator_count, behavior, replicate_kv_heads=True)
    others = sorted((each for each in accepted if each != degree), key=lambda each: abs(each - degree))
    if not others:
        return None
    return Lever(
        name="tensor_parallel_degree",
        overrides=overrides,
        default=degree,
        values=others,
        furthest=accepted[-1],
    )


def context_lever(model: Model, overrides: Overrides, plan: Plan) -> Lever | None:
    """Another context than that of `plan`: shorter ones, or one that holds a request of the workload."""
    is_fixed = overrides.input_tokens is not None or overrides.output_tokens is not None
    request, context = plan.workload.total_tokens if is_fixed else 0, plan.max_model_len
    if request > context:
        return _lever("max_model_len", overrides, context, [request])
    if overrides.max_model_len is None:
        return None
    longest = min(context - 1, longest_context(model, context))
    least = max(request, minimum_context(model))
    return _lever("max_model_len", overrides, context, range(longest, least - 1, -1))


def _lever(name: LeverName, overrides: Overrides, default: Value, values: Sequence[Value]) -> Lever | None:
    if not values:
        return None
    return Lever(name=name, overrides=overrides, default=default, values=values, furthest=values[-1])


def _batched_tokens(tokens: int, required: int) -> Iterator[int]:
    """What is required where there are fewer, else one half after the other."""
    if tokens < required:
        yield required
    while (tokens := tokens // 2) >= max(_FEWEST_TOKENS, required):
        yield tokens


def _cache_dtypes(
    model: Model, instance: Instance, behavior: VersionBehavior, chosen: KVCacheDtype
) -> list[KVCacheDtype]:
    """FP8 in place of the default; in place of an FP8 without kernels the default, and one with kernels."""
    gpu = gpu_of(instance)

    def has_kernels(dtype: KVCacheDtype) -> bool:
        return bool(model.attention) and fp8_cache_incompatibility(model, gpu, dtype, behavior) is None

    if chosen != "auto" and has_kernels(chosen):
        return []
    default: list[KVCacheDtype] = [] if chosen == "auto" else ["auto"]
    return default + [each for each in _FP8 if has_kernels(each)][:1]
