"""What to run on an instance: native precision, a quantization, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.alternatives import first_quantized
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.fallbacks import first_runnable, needed_checkpoints, quantized_plans
from recommender.planning.incompatibilities import Incompatibility
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.pre_quantized import Candidate, pre_quantized_checkpoints
from recommender.vllm.covered_versions import versions_where
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import Quantization, QuantizationName
from recommender.vllm.supported_versions import VersionRanges
from recommender.vllm.version_behavior import VersionBehavior


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
    overrides: Overrides
    """The caller's values, without limits of the scheduler that repeat what is planned without them."""
    wanted_checkpoints: tuple[QuantizationName, ...] = ()
    """The quantizations whose checkpoints decide on the base; none once the Hub's list is known."""
    unlisted: tuple[Quantization, ...] = ()
    """Those that come before the base's, and for which the Hub lists no checkpoint that runs."""


def decide(
    model: Model,
    instance: Instance,
    behavior: VersionBehavior,
    overrides: Overrides,
    candidates: Sequence[Candidate] | None = None,
) -> Decision:
    """Native precision where it fits, else a quantization that does, else nothing.

    Of the quantizations, the first that can be run with the `candidates` which the Hub lists, or just the
    first where they are not known.

    Engine arguments that the caller fixes hold for all of it. If nothing starts with them, the base is what
    would start without: the answer has the caller's values, with warnings. A limit of the scheduler that is
    what would be planned without it is not fixed: with it, other degrees, native precision and other
    instances would be planned differently.
    """
    for without in _without_each_limit(overrides.engine):
        decision = decide(model, instance, behavior, replace(overrides, engine=without), candidates)
        if decision.plan is not None and _has_limits(decision.plan, overrides.engine):
            return decision
    engine = overrides.engine
    native = best_plan(model, instance, behavior=behavior, engine=engine)
    base = native if isinstance(native, Plan) else None
    if base is None and engine.max_num_seqs is not None:
        free = best_plan(model, instance, behavior=behavior, engine=replace(engine, max_num_seqs=None))
        base = free if isinstance(free, Plan) else None
    is_native, chosen = base is not None, _NOTHING
    if base is None:
        chosen = _quantized(model, instance, behavior, engine, candidates)
        base = chosen.plan
    if base is None and engine != NO_ENGINE_OVERRIDES:
        base = _default_plan(model, instance, behavior)
    return Decision(
        native=native,
        is_native=is_native,
        quantized=chosen.plan,
        base=base,
        plan=None if base is None else apply_overrides(model, instance, base, overrides, behavior),
        overrides=overrides,
        wanted_checkpoints=chosen.wanted_checkpoints,
        unlisted=chosen.unlisted,
    )


def _without_each_limit(engine: EngineOverrides) -> Iterator[EngineOverrides]:
    """`engine` without one of the limits of the scheduler that it fixes."""
    if engine.max_num_batched_tokens is not None:
        yield replace(engine, max_num_batched_tokens=None)
    if engine.max_num_seqs is not None:
        yield replace(engine, max_num_seqs=None)


def _has_limits(plan: Plan, engine: EngineOverrides) -> bool:
    """Whether `plan` has the limits of the scheduler that `engine` fixes."""
    args = plan.budget.engine_args
    return engine.max_num_seqs in {None, args.max_num_seqs} and (
        engine.max_num_batched_tokens in {None, args.max_num_batched_tokens}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A quantization and what it depends on."""

    plan: Plan | None = None
    wanted_checkpoints: tuple[QuantizationName, ...] = ()
    unlisted: tuple[Quantization, ...] = ()


_NOTHING = _Choice()


def _quantized(
    model: Model,
    instance: Instance,
    behavior: VersionBehavior,
    engine: EngineOverrides,
    candidates: Sequence[Candidate] | None,
) -> _Choice:
    first = first_quantized(model, instance, behavior, engine)
    if first is None or not first.needs_pre_quantized_checkpoint:
        return _Choice(plan=first)
    plans = quantized_plans(model, instance, behavior, engine)
    wanted = needed_checkpoints(plans)
    if candidates is None:
        return _Choice(plan=first, wanted_checkpoints=wanted)
    listed = {
        name
        for name in wanted
        if pre_quantized_checkpoints(model, candidates, name, instance, behavior, engine)
    }
    runnable = first_runnable(plans, listed)
    if runnable is None:
        return _Choice(plan=first)
    before = plans[: plans.index(runnable)]
    unlisted = tuple(plan.quantization for plan in before if plan.quantization is not None)
    return _Choice(plan=runnable, unlisted=unlisted)


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
