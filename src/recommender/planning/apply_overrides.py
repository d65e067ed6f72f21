"""A plan with the caller's values; everything else follows from them."""

from dataclasses import replace

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.units import gib_bytes
from recommender.memory.budget import Budget
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.planning.context import budget_for_largest_context, largest_context, minimum_context
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, fitting_plan
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.planning.workload import Workload, default_concurrency, default_workload
from recommender.vllm.engine_args import EngineArgs, engine_args_for
from recommender.vllm.quantization import Quantization, quantization_named
from recommender.vllm.version_behavior import VersionBehavior

_STATED_STEP_BYTES = gib_bytes(0.001)


def apply_overrides(
    model: Model, instance: Instance, base: Plan, overrides: Overrides, behavior: VersionBehavior
) -> Plan:
    """`base` with `overrides`, whether vLLM would start with them or not.

    vLLM cannot shard the model by a degree that it does not accept, so the memory is then that of the nearest
    accepted degree below. An overhead that is the estimated one as an answer states it, with three decimals,
    is the estimate itself: versions of vLLM and contexts differ in it, and so what they hold.
    """
    if overrides == NO_OVERRIDES:
        return base
    if overrides.overhead_bytes is not None:
        estimate = apply_overrides(model, instance, base, replace(overrides, overhead_bytes=None), behavior)
        if 0 <= estimate.budget.overhead.total_bytes - overrides.overhead_bytes <= _STATED_STEP_BYTES:
            return estimate
    gpu, quantization = gpu_of(instance), _quantization(model, base, overrides, behavior)
    at_any_context = _engine_args(model, gpu, replace(overrides, max_model_len=None), behavior)
    fitting = fitting_plan(model, instance, quantization, at_any_context)
    recommended = fitting if isinstance(fitting, Plan) else base
    return overridden_plan(model, gpu, replace(recommended, quantization=quantization), overrides, behavior)


def overridden_plan(
    model: Model, gpu: Gpu, plan: Plan, overrides: Overrides, behavior: VersionBehavior
) -> Plan:
    """`plan` with `overrides` and what follows from them; its quantization stays."""
    degree = overrides.tensor_parallel or plan.tensor_parallel
    engine_args = _engine_args(model, gpu, overrides, behavior)
    memory = budget_for_largest_context(
        model, gpu, nearest_degree(model, degree, behavior), plan.quantization, engine_args
    )
    context = overrides.max_model_len or _context(model, memory)
    memory = memory.least_at(context)
    dtype = compute_dtype(model, gpu, behavior.version)
    workload = _workload(context, overrides)
    return replace(
        plan,
        tensor_parallel=degree,
        weight_bytes=weight_bytes(engine_args.loaded(model), dtype, plan.quantization),
        budget=memory,
        max_model_len=context,
        workload=workload,
        concurrency=overrides.concurrency or default_concurrency(memory, workload),
    )


def _engine_args(model: Model, gpu: Gpu, overrides: Overrides, behavior: VersionBehavior) -> EngineArgs:
    """The engine arguments that `overrides` fix, the context and the overhead included, else the defaults."""
    engine_args = engine_args_for(model, gpu, behavior, overrides.engine)
    if overrides.max_model_len is not None:
        engine_args = engine_args.at_context(overrides.max_model_len)
    return replace(engine_args, overhead_bytes=overrides.overhead_bytes)


def _quantization(
    model: Model, base: Plan, overrides: Overrides, behavior: VersionBehavior
) -> Quantization | None:
    """The requested one; a checkpoint that is quantized already stays as it is.

    If it is the recommended one, it is done in the same way, while loading or before: only one may fit.
    """
    recommended, requested = base.quantization, overrides.quantization
    is_same = recommended is not None and recommended.name == requested
    if requested is None or model.quantization is not None or is_same:
        return recommended
    if requested == "none":
        return None
    return quantization_named(requested, model, behavior)


def _context(model: Model, memory: Budget) -> int:
    """The largest that fits, or the minimum where nothing does."""
    return max(minimum_context(model), largest_context(model.max_position_embeddings, memory))


def _workload(context: int, overrides: Overrides) -> Workload:
    default = default_workload(context)
    return Workload(
        input_tokens=overrides.input_tokens or default.input_tokens,
        output_tokens=overrides.output_tokens or default.output_tokens,
    )
