"""The decisions, in the order a person would take them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.messages import explanations, infeasible
from recommender.messages.warnings import ConfigWarning, WarningContext, advice
from recommender.model import HubMetadata, Model, ModelInfo, describe_model, parse_model
from recommender.model.errors import UnknownArchitecture, UnsupportedModel
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.cheaper import cheaper_equivalent
from recommender.planning.instances import InstancePlan, cheapest_fitting_instance, nearest_instance
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.pre_quantized import Candidate, PreQuantizedCheckpoint, pre_quantized_checkpoints
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.quantization import Quantization, QuantizationName, candidates, candidates_at_load
from recommender.vllm.registry import missing_support

InfeasibleCode = Literal["does_not_fit", "neuron_not_supported", "unsupported_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What to do about a model that does not fit at native precision."""

    quantized: Plan | None
    at_load: Plan | None
    """The one that needs no other checkpoint, where `quantized` does."""
    larger: InstancePlan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasible:
    """A configuration that starts, with a sentence of reason for each value."""

    plan: Plan
    explanation: explanations.Explanation
    warnings: tuple[ConfigWarning, ...]
    model: Model
    instance: Instance
    alternatives: Alternatives | None
    """`None` where native precision fits."""
    checkpoints: tuple[PreQuantizedCheckpoint, ...] | None = None
    """For the quantizations that need one; `None` where none does, or where it is not known which exist."""

    @property
    def model_info(self) -> ModelInfo:
        """The part of the model that the answer repeats."""
        return self.model.info

    @property
    def wanted_checkpoints(self) -> tuple[QuantizationName, ...]:
        """The quantizations in this answer that need a checkpoint prepared beforehand."""
        option = self.alternatives.quantized if self.alternatives is not None else None
        names = [
            plan.quantization.name
            for plan in (self.plan, option)
            if plan is not None and plan.quantization is not None and not plan.quantization.at_load
        ]
        return tuple(dict.fromkeys(names))

    def with_checkpoints(self, candidates: Sequence[Candidate]) -> "Feasible":
        """The same answer with those of `candidates` that run on its instance."""
        behavior = self.plan.budget.engine_args.behavior
        found = [
            checkpoint
            for name in self.wanted_checkpoints
            for checkpoint in pre_quantized_checkpoints(self.model, candidates, name, self.instance, behavior)
        ]
        return replace(self, checkpoints=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """Why there is no configuration."""

    code: InfeasibleCode
    reason: str
    model_info: ModelInfo | None
    instance: Instance
    alternatives: Alternatives | None = None


Recommendation = Feasible | Infeasible


def refusal_of_neuron(instance: Instance) -> Infeasible | None:
    """The answer for an instance without GPUs, which needs no look at the model; `None` for the others."""
    if not instance.is_neuron:
        return None
    return Infeasible(
        code="neuron_not_supported",
        reason=infeasible.neuron(instance),
        model_info=None,
        instance=instance,
    )


def recommend(
    metadata: HubMetadata,
    instance: Instance,
    instances: Sequence[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    overrides: Overrides = NO_OVERRIDES,
) -> Recommendation:
    """The configuration of the model in `metadata` on `instance`; larger ones are sought in `instances`.

    `behavior` is that of the vLLM version that will run it, or of all versions since 0.17. What `overrides`
    fix is in the answer even where it cannot start, with a warning; a model that fits in no way stays
    refused.

    Raises `ImplausibleMetadata` where the Hub's documents hold impossible values.
    """
    neuron = refusal_of_neuron(instance)
    if neuron is not None:
        return neuron
    try:
        return _recommend_for(parse_model(metadata), instance, instances, behavior, overrides)
    except UnsupportedModel as unsupported:
        return Infeasible(
            code="unsupported_model",
            reason=_unsupported_reason(unsupported),
            model_info=describe_model(metadata),
            instance=instance,
        )


def _unsupported_reason(unsupported: UnsupportedModel) -> str:
    """The error's own sentence, or why the registry has no class for an unknown architecture."""
    if isinstance(unsupported, UnknownArchitecture):
        removed = missing_support(unsupported.class_name, None)
        if removed is not None:
            return f"{unsupported.model_id} is of the architecture {unsupported.architecture}: {removed}"
    return str(unsupported)


def _recommend_for(
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    behavior: VersionBehavior,
    overrides: Overrides,
) -> Recommendation:
    missing = missing_support(model.class_name, behavior.version)
    if missing is not None:
        raise UnsupportedModel(missing)
    native = best_plan(model, instance, behavior=behavior)
    if native is not None:
        return _feasible(model, instance, instances, native, overrides, alternatives=None)
    gpu = gpu_of(instance)
    quantized = _first_that_fits(model, instance, behavior, candidates(model, gpu, behavior))
    alternatives = Alternatives(
        quantized=quantized,
        at_load=(
            _first_that_fits(model, instance, behavior, candidates_at_load(model, gpu, behavior))
            if quantized is not None and quantized.needs_prepared_checkpoint
            else None
        ),
        larger=cheapest_fitting_instance(model, instances, asked=instance, behavior=behavior),
    )
    if quantized is not None:
        return _feasible(model, instance, instances, quantized, overrides, alternatives=alternatives)
    return Infeasible(
        code="does_not_fit",
        reason=infeasible.does_not_fit(
            model,
            instance,
            gpu,
            behavior,
            nearest=None if alternatives.larger else nearest_instance(model, instances, behavior),
        ),
        model_info=model.info,
        instance=instance,
        alternatives=alternatives,
    )


def _first_that_fits(
    model: Model, instance: Instance, behavior: VersionBehavior, quantizations: Sequence[Quantization]
) -> Plan | None:
    tried = (best_plan(model, instance, each, behavior=behavior) for each in quantizations)
    return next((plan for plan in tried if plan is not None), None)


def _feasible(  # noqa: PLR0913 - all that an answer is made of
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    base: Plan,
    overrides: Overrides,
    *,
    alternatives: Alternatives | None,
) -> Feasible:
    gpu, behavior = gpu_of(instance), base.budget.engine_args.behavior
    plan = base if overrides == NO_OVERRIDES else apply_overrides(model, instance, base, overrides, behavior)
    starts = plan.max_concurrent_requests > 0 and plan.tensor_parallel <= instance.accelerator_count
    situation = WarningContext(
        model=model,
        instance=instance,
        gpu=gpu,
        plan=plan,
        overrides=overrides,
        cheaper=cheaper_equivalent(model, instances, asked=instance, plan=plan, behavior=behavior)
        if starts
        else None,
        at_load=(
            _first_that_fits(model, instance, behavior, candidates_at_load(model, gpu, behavior))
            if plan.needs_prepared_checkpoint
            else None
        ),
    )
    return Feasible(
        plan=plan,
        explanation=explanations.explanation(model, instance, gpu, plan, base, overrides),
        warnings=advice(situation),
        model=model,
        instance=instance,
        alternatives=alternatives,
    )
