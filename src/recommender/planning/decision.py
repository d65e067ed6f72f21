"""What to run on an instance: native precision, a quantization, or nothing."""

from dataclasses import dataclass, replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.alternatives import first_quantized
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.incompatibilities import Incompatibility
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import VersionBehavior
from recommender.vllm.covered_versions import versions_where
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.supported_versions import VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A configuration, or why there is none, before alternatives and sentences."""

    native: Plan | Incompatibility
    """At native precision with the caller's engine arguments."""
    is_native: bool
    """Whether the base is at native precision, so that no alternatives are needed."""
    quantized: Plan | None
    """The first quantization that fits, where native precision does not."""
    base: Plan | None
    """What is recommended; `None` where nothing starts."""
    plan: Plan | None
    """The base with the caller's values."""


def decide(model: Model, instance: Instance, behavior: VersionBehavior, overrides: Overrides) -> Decision:
    """Native precision where it fits, else a quantization that does, else nothing.

    Engine arguments that the caller fixes hold for all of it. If nothing starts with them, the base is what
    would start without: the answer has the caller's values, with warnings.
    """
    engine = overrides.engine
    native = best_plan(model, instance, behavior=behavior, engine=engine)
    base = native if isinstance(native, Plan) else None
    if base is None and engine.max_num_seqs is not None:
        free = best_plan(model, instance, behavior=behavior, engine=replace(engine, max_num_seqs=None))
        base = free if isinstance(free, Plan) else None
    is_native, quantized = base is not None, None
    if base is None:
        base = quantized = first_quantized(model, instance, behavior, engine)
    if base is None and engine != NO_ENGINE_OVERRIDES:
        base = _default_plan(model, instance, behavior)
    return Decision(
        native=native,
        is_native=is_native,
        quantized=quantized,
        base=base,
        plan=None if base is None else apply_overrides(model, instance, base, overrides, behavior),
    )


def fitting_versions(
    model: Model, instance: Instance, engine: EngineOverrides = NO_ENGINE_OVERRIDES
) -> VersionRanges:
    """The covered versions under which `model` would start, where it does not start under all of them."""

    def fits(behavior: VersionBehavior) -> bool:
        native = best_plan(model, instance, behavior=behavior, engine=engine)
        return isinstance(native, Plan) or first_quantized(model, instance, behavior, engine) is not None

    return versions_where(model, gpu_of(instance), fits)


def _default_plan(model: Model, instance: Instance, behavior: VersionBehavior) -> Plan | None:
    """What starts with vLLM's default engine arguments, at native precision or else quantized."""
    native = best_plan(model, instance, behavior=behavior)
    if isinstance(native, Plan):
        return native
    return first_quantized(model, instance, behavior)
