"""What to recommend where the Hub lists no checkpoint for a quantization that needs a pre-quantized one."""

from collections.abc import Collection, Sequence

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.plan import Plan, best_plan
from recommender.planning.quantization_options import load_time_options, quantization_options
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import QuantizationName
from recommender.vllm.version_behavior import VersionBehavior


def quantized_plans(
    model: Model,
    instance: Instance,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> tuple[Plan, ...]:
    """The plans of the quantizations that fit on `instance`, in order of preference.

    First FP8 where the GPU computes in it, INT8 and INT4, then what vLLM does while loading.
    """
    gpu = gpu_of(instance)
    options = dict.fromkeys(
        (*quantization_options(model, gpu, behavior), *load_time_options(model, gpu, behavior))
    )
    tried = (best_plan(model, instance, each, behavior=behavior, engine=engine) for each in options)
    return tuple(plan for plan in tried if isinstance(plan, Plan))


def needed_checkpoints(plans: Sequence[Plan]) -> tuple[QuantizationName, ...]:
    """The quantizations whose checkpoints decide which of `plans` is the first that can be run."""
    at_load = next((index for index, plan in enumerate(plans) if _is_at_load(plan)), len(plans))
    return tuple(plan.quantization.name for plan in plans[:at_load] if plan.quantization is not None)


def first_runnable(plans: Sequence[Plan], listed: Collection[QuantizationName]) -> Plan | None:
    """The first of `plans` that vLLM quantizes while loading or for which there is a `listed` checkpoint."""
    return next(
        (
            plan
            for plan in plans
            if plan.quantization is not None and (_is_at_load(plan) or plan.quantization.name in listed)
        ),
        None,
    )


def _is_at_load(plan: Plan) -> bool:
    return plan.quantization is not None and plan.quantization.at_load
