"""How much memory one GPU lacks where a model does not fit."""

from dataclasses import dataclass

from recommender.caches import model_cache
from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget, each_version
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.planning.context import budget_for_largest_context, minimum_context
from recommender.planning.tensor_parallelism import valid_degrees
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.quantization import Quantization


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What one GPU would need, and what vLLM may use of it. All figures are in bytes of one GPU."""

    tensor_parallel: int
    context_tokens: int
    """The context that `cache_bytes` are for."""
    usable_bytes: int
    weight_bytes: int
    even_share_bytes: int
    """The weights divided by the degree; the rest is padding, and what every GPU holds whole."""
    overhead_bytes: int
    cache_bytes: int
    """The smallest cache with which vLLM starts."""
    state_blocks: int
    """The sequences of which each needs a block for its state; 0 where that does not decide."""

    @property
    def missing_bytes(self) -> int:
        """What the GPU lacks; zero or negative where vLLM would start."""
        return self.weight_bytes + self.overhead_bytes + self.cache_bytes - self.usable_bytes


def shortfall(total_weight_bytes: int, degree: int, memory: Budget, context_tokens: int) -> Shortfall:
    """What a GPU with `memory` lacks for a context at `degree`, which divides `total_weight_bytes`.

    Of the versions that `memory` is for, the one under which the most is missing.
    """
    found = (_of_version(total_weight_bytes, degree, each, context_tokens) for each in each_version(memory))
    return max(found, key=lambda each: each.missing_bytes)


def _of_version(total_weight_bytes: int, degree: int, memory: Budget, context_tokens: int) -> Shortfall:
    cache_bytes = memory.least_cache_bytes(context_tokens)
    state_blocks = memory.least_state_blocks
    return Shortfall(
        tensor_parallel=degree,
        context_tokens=context_tokens,
        usable_bytes=memory.usable_bytes,
        weight_bytes=memory.weight_bytes,
        even_share_bytes=total_weight_bytes // degree,
        overhead_bytes=memory.overhead.total_bytes,
        cache_bytes=cache_bytes,
        state_blocks=state_blocks if state_blocks * memory.layout.block_bytes == cache_bytes else 0,
    )


def smallest_shortfall(
    model: Model, instance: Instance, quantization: Quantization | None, engine_args: EngineArgs
) -> Shortfall:
    """What is missing for the shortest context worth proposing, at the degree that comes closest."""
    return _smallest_shortfall(model, gpu_of(instance), instance.accelerator_count, quantization, engine_args)


@model_cache
def _smallest_shortfall(
    model: Model, gpu: Gpu, count: int, quantization: Quantization | None, engine_args: EngineArgs
) -> Shortfall:
    """The same for all instances with these GPUs."""
    total = weight_bytes(model, compute_dtype(model, gpu, engine_args.behavior.version), quantization)
    context = minimum_context(model)
    degrees = valid_degrees(model, count, engine_args.behavior, replicate_kv_heads=True) or (1,)
    budgets = (
        (degree, budget_for_largest_context(model, gpu, degree, quantization, engine_args))
        for degree in degrees
    )
    found = (shortfall(total, degree, memory, context) for degree, memory in budgets)
    return min(found, key=lambda each: each.missing_bytes)
