"""What to do where native precision does not fit: quantize, take a larger instance, or change a setting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.changes import Change, changes_of_plan, native_changes
from recommender.planning.instances import InstancePlan, cheapest_fitting_instance
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.quantization_options import load_time_options, quantization_options
from recommender.planning.startup import serves
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import Quantization
from recommender.vllm.version_behavior import VersionBehavior


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """The alternatives that exist; `None` for one that does not."""

    quantized: Plan | None
    at_load: Plan | None
    """One that vLLM quantizes while loading, where `quantized` needs a pre-quantized checkpoint."""
    larger: InstancePlan | None
    changes: tuple[Change, ...] = ()
    """With which the model starts at native precision, or else as the caller asks for it."""


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
        changes=native_changes(model, instance, behavior, engine),
    )


def with_changes_of_plan(
    options: Alternatives | None, model: Model, instance: Instance, plan: Plan, overrides: Overrides
) -> Alternatives | None:
    """`options` with the changes of the caller's values with which `plan` starts, where it does not.

    For a native plan they replace those of `options`; for a quantized one, changes with which native
    precision starts come first.
    """
    has_native_changes = options is not None and options.changes and plan.quantization is not None
    if has_native_changes or serves(model, instance, plan):
        return options
    found = changes_of_plan(model, instance, plan, overrides)
    if not found:
        return options
    return replace(options or Alternatives(quantized=None, at_load=None, larger=None), changes=found)


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
