"""What to do where native precision does not fit: quantize, take a larger instance, or change a setting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.changes import Change, changes
from recommender.planning.instances import InstancePlan, cheapest_fitting_instance
from recommender.planning.plan import Plan, best_plan
from recommender.planning.quantization_options import load_time_options, quantization_options
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import Quantization


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """The alternatives that exist; `None` for one that does not."""

    quantized: Plan | None
    at_load: Plan | None
    """One that vLLM quantizes while loading, where `quantized` needs a pre-quantized checkpoint."""
    larger: InstancePlan | None
    changes: tuple[Change, ...] = ()
    """With which the model starts at native precision."""


def alternatives(  # noqa: PLR0913, PLR0917 - what a plan depends on
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    quantized: Plan | None,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> Alternatives:
    """`quantized`, the first that fits on `instance`, and the cheapest of `instances` that needs none."""
    return Alternatives(
        quantized=quantized,
        at_load=load_time_alternative(model, instance, quantized, behavior, engine) if quantized else None,
        larger=cheapest_fitting_instance(model, instances, asked=instance, behavior=behavior, engine=engine),
        changes=changes(model, instance, behavior, engine),
    )


def first_quantized(
    model: Model,
    instance: Instance,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> Plan | None:
    """The plan of the first quantization that fits on `instance`."""
    options = quantization_options(model, gpu_of(instance), behavior)
    return _first_fitting(model, instance, behavior, engine, options)


def load_time_alternative(
    model: Model,
    instance: Instance,
    plan: Plan,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> Plan | None:
    """The first plan that vLLM quantizes while loading, where `plan` needs a pre-quantized checkpoint."""
    if not plan.needs_pre_quantized_checkpoint:
        return None
    options = load_time_options(model, gpu_of(instance), behavior)
    return _first_fitting(model, instance, behavior, engine, options)


def _first_fitting(
    model: Model,
    instance: Instance,
    behavior: VersionBehavior,
    engine: EngineOverrides,
    quantizations: Iterable[Quantization],
) -> Plan | None:
    tried = (best_plan(model, instance, each, behavior=behavior, engine=engine) for each in quantizations)
    return next((plan for plan in tried if isinstance(plan, Plan)), None)
