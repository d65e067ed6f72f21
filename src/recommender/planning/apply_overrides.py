"""A plan with the values in it that a person fixed; the rest follows from them."""

from dataclasses import replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget, budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.planning.overrides import Overrides
from recommender.planning.plan import (
    SMALLEST_CONTEXT,
    Plan,
    Workload,
    best_plan,
    default_concurrency,
    largest_context,
    workload_within,
)
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.behavior import VersionBehavior
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.quantization import Quantization, quantization_named


def apply_overrides(
    model: Model, instance: Instance, base: Plan, overrides: Overrides, behavior: VersionBehavior
) -> Plan:
    """`base` with `overrides` in it, whether it would start or not.

    A degree that vLLM refuses divides nothing, so the memory is that of the nearest one below.
    """
    gpu, quantization = gpu_of(instance), _quantization(model, base, overrides, behavior)
    engine_args = replace(default_engine_args(gpu, behavior), overhead_bytes=overrides.overhead_bytes)
    recommended = best_plan(
        model, instance, quantization, behavior=behavior, overhead_bytes=overrides.overhead_bytes
    )
    degree = overrides.tensor_parallel or (recommended or base).tensor_parallel
    memory = budget(model, gpu, nearest_degree(model, degree), quantization, engine_args=engine_args)
    context = overrides.max_model_len or _context(model, memory)
    workload = _workload(context, overrides)
    return replace(
        recommended or base,
        tensor_parallel=degree,
        quantization=quantization,
        weight_bytes=weight_bytes(model, compute_dtype(model, gpu), quantization),
        budget=memory,
        max_model_len=context,
        workload=workload,
        concurrency=overrides.concurrency or default_concurrency(memory, workload),
    )


def _quantization(
    model: Model, base: Plan, overrides: Overrides, behavior: VersionBehavior
) -> Quantization | None:
    """The one that was asked for; a checkpoint that is quantized already stays as it is."""
    if overrides.quantization is None or model.quantization is not None:
        return base.quantization
    return (
        None
        if overrides.quantization == "none"
        else quantization_named(overrides.quantization, model, behavior)
    )


def _context(model: Model, memory: Budget) -> int:
    """The largest that fits; where nothing does, the smallest that is worth proposing."""
    smallest = min(SMALLEST_CONTEXT, model.max_position_embeddings)
    return max(smallest, largest_context(model.max_position_embeddings, memory))


def _workload(context: int, overrides: Overrides) -> Workload:
    usual = workload_within(context)
    return Workload(
        input_tokens=overrides.input_tokens or usual.input_tokens,
        output_tokens=overrides.output_tokens or usual.output_tokens,
    )
