"""The decisions of a recommendation, in order."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Literal

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.messages import infeasible
from recommender.messages.explanation_context import ExplanationContext
from recommender.messages.explanations import Explanation, explanation
from recommender.messages.notes import Note, collect_notes
from recommender.messages.warning_context import WarningContext
from recommender.messages.warnings import ConfigWarning, collect_warnings
from recommender.model import HubMetadata, Model, ModelInfo, describe_model, parse_model
from recommender.model.errors import UnsupportedModel
from recommender.planning.alternatives import (
    Alternatives,
    alternatives,
    first_quantized,
    load_time_alternative,
)
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.compatibility import class_incompatibility
from recommender.planning.fallbacks import first_runnable, needed_checkpoints, quantized_plans
from recommender.planning.instances import cheaper_equivalent, nearest_instance
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.pre_quantized import Candidate, PreQuantizedCheckpoint, pre_quantized_checkpoints
from recommender.planning.recommended_values import recommended_values
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, engine_args_for
from recommender.vllm.quantization import Quantization, QuantizationName

InfeasibleCode = Literal["does_not_fit", "neuron_not_supported", "unsupported_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasible:
    """A configuration, the reason for each value, and warnings and notes about it."""

    plan: Plan
    base: Plan
    """The plan without overrides."""
    explanation: Explanation
    warnings: tuple[ConfigWarning, ...]
    notes: tuple[Note, ...]
    model: Model
    instance: Instance
    alternatives: Alternatives | None
    """`None` where native precision fits."""
    overrides: Overrides
    instances: Sequence[Instance]
    """Those that alternatives were chosen from."""
    quantized_plans: tuple[Plan, ...] = ()
    """Where the recommended quantization needs a checkpoint: it, and what to recommend if there is none."""
    checkpoints: tuple[PreQuantizedCheckpoint, ...] | None = None
    """For the quantizations that need one; `None` where none does, or where the search failed."""

    @property
    def model_info(self) -> ModelInfo:
        """The part of the model that the answer repeats."""
        return self.model.info

    @property
    def wanted_checkpoints(self) -> tuple[QuantizationName, ...]:
        """The quantizations whose checkpoints to search: in this answer, or to take instead."""
        option = self.alternatives.quantized if self.alternatives is not None else None
        names = [
            plan.quantization.name
            for plan in (self.plan, option)
            if plan is not None and plan.quantization is not None and not plan.quantization.at_load
        ]
        return tuple(dict.fromkeys((*names, *needed_checkpoints(self.quantized_plans))))

    def with_checkpoints(self, candidates: Sequence[Candidate]) -> "Feasible":
        """The same answer with those of `candidates` that run on its instance.

        Where there is none for the recommended quantization, the first one is recommended that can be run.
        """
        behavior = self.plan.budget.engine_args.behavior
        found = [
            checkpoint
            for name in self.wanted_checkpoints
            for checkpoint in pre_quantized_checkpoints(
                self.model, candidates, name, self.instance, behavior, self.overrides.engine
            )
        ]
        listed = {checkpoint.quantized_to for checkpoint in found}
        return replace(self._runnable(listed), checkpoints=tuple(found))

    def _runnable(self, listed: Collection[QuantizationName]) -> "Feasible":
        """The answer with the first quantization that can be run with the `listed` checkpoints."""
        base = first_runnable(self.quantized_plans, listed)
        if self.alternatives is None or base is None or base == self.base:
            return self
        tried = self.quantized_plans[: self.quantized_plans.index(base)]
        at_load = self.alternatives.at_load if base.needs_pre_quantized_checkpoint else None
        return _feasible(
            self.model,
            self.instance,
            self.instances,
            base,
            self.overrides,
            options=replace(self.alternatives, quantized=base, at_load=at_load),
            unlisted=tuple(plan.quantization for plan in tried if plan.quantization is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """Why there is no configuration, and what would run instead."""

    code: InfeasibleCode
    reason: str
    model_info: ModelInfo | None
    instance: Instance
    alternatives: Alternatives | None = None


Recommendation = Feasible | Infeasible


def recommend(
    metadata: HubMetadata,
    instance: Instance,
    instances: Sequence[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    overrides: Overrides = NO_OVERRIDES,
) -> Recommendation:
    """The configuration of the model in `metadata` on `instance`; alternatives come from `instances`.

    `behavior` is that of the vLLM version that will run it, or of all versions since 0.17. What `overrides`
    fix is in the answer even where vLLM would not start with it, with a warning; a model that does not fit in
    any way stays infeasible.

    Raises `ImplausibleMetadata` where the Hub's documents hold impossible values.
    """
    (recommendation,) = recommend_each(metadata, (instance,), instances, behavior, overrides)
    return recommendation


def recommend_each(
    metadata: HubMetadata,
    wanted: Iterable[Instance],
    instances: Sequence[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    overrides: Overrides = NO_OVERRIDES,
) -> Iterator[Recommendation]:
    """What `recommend` returns for each of `wanted`; the model is parsed once."""
    parse = cache(partial(_supported_model, metadata, behavior))
    for instance in wanted:
        try:
            yield infeasible_on_neuron(instance) or _recommend_for(
                parse(), instance, instances, behavior, overrides
            )
        except UnsupportedModel as error:
            yield Infeasible(
                code="unsupported_model",
                reason=infeasible.unsupported_model(error, behavior),
                model_info=describe_model(metadata),
                instance=instance,
            )


def infeasible_on_neuron(instance: Instance) -> Infeasible | None:
    """The answer for an instance without GPUs, whatever the model is; `None` for an instance with GPUs."""
    if not instance.is_neuron:
        return None
    return Infeasible(
        code="neuron_not_supported",
        reason=infeasible.neuron(instance),
        model_info=None,
        instance=instance,
    )


def _supported_model(metadata: HubMetadata, behavior: VersionBehavior) -> Model:
    """The model in `metadata`; raises `UnsupportedModel` where no instance runs it."""
    model = parse_model(metadata)
    missing = class_incompatibility(model.class_name, behavior, model.config_keys)
    if missing is not None:
        raise UnsupportedModel(infeasible.class_missing(model, missing))
    return model


def _recommend_for(
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    behavior: VersionBehavior,
    overrides: Overrides,
) -> Recommendation:
    """Native precision where it fits, else a quantization that does, else the reason why nothing does.

    Engine arguments that the caller fixes hold for all of it. If nothing starts with them, the base is what
    would start without: the answer has the caller's values, with warnings.
    """
    engine = overrides.engine
    native = best_plan(model, instance, behavior=behavior, engine=engine)
    if isinstance(native, Plan):
        return _feasible(model, instance, instances, native, overrides, options=None)
    if engine.max_num_seqs is not None:
        free = best_plan(model, instance, behavior=behavior, engine=replace(engine, max_num_seqs=None))
        if isinstance(free, Plan):
            return _feasible(model, instance, instances, free, overrides, options=None)
    options = alternatives(model, instance, instances, behavior, engine)
    base = options.quantized
    if base is None and engine != NO_ENGINE_OVERRIDES:
        base = _default_plan(model, instance, behavior)
    if base is not None:
        return _feasible(model, instance, instances, base, overrides, options=options)
    nearest = None if options.larger else nearest_instance(model, instances, behavior, engine)
    return Infeasible(
        code="does_not_fit",
        reason=infeasible.infeasible(
            native, model, instance, engine_args_for(model, gpu_of(instance), behavior, engine), nearest
        ),
        model_info=model.info,
        instance=instance,
        alternatives=options,
    )


def _default_plan(model: Model, instance: Instance, behavior: VersionBehavior) -> Plan | None:
    """What starts with vLLM's default engine arguments, at native precision or else quantized."""
    native = best_plan(model, instance, behavior=behavior)
    if isinstance(native, Plan):
        return native
    return first_quantized(model, instance, behavior)


def _feasible(  # noqa: PLR0913 - everything that an answer consists of
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    base: Plan,
    overrides: Overrides,
    *,
    options: Alternatives | None,
    unlisted: tuple[Quantization, ...] = (),
) -> Feasible:
    gpu, behavior = gpu_of(instance), base.budget.engine_args.behavior
    plan = apply_overrides(model, instance, base, overrides, behavior)
    starts = plan.starts and plan.tensor_parallel <= instance.accelerator_count
    cheaper = (
        cheaper_equivalent(
            model, instances, asked=instance, plan=plan, behavior=behavior, engine=overrides.engine
        )
        if starts
        else None
    )
    context = WarningContext(
        model=model,
        instance=instance,
        gpu=gpu,
        plan=plan,
        overrides=overrides,
        cheaper=cheaper,
        at_load=load_time_alternative(model, instance, plan, behavior, overrides.engine),
    )
    explanation_context = ExplanationContext(
        model=model,
        instance=instance,
        gpu=gpu,
        plan=plan,
        overrides=overrides,
        recommended=recommended_values(model, instance, base, plan, overrides),
        larger=options.larger if options is not None else None,
        unlisted=unlisted,
    )
    needs_checkpoint = (
        options is not None and base == options.quantized and base.needs_pre_quantized_checkpoint
    )
    return Feasible(
        plan=plan,
        base=base,
        explanation=explanation(explanation_context),
        warnings=collect_warnings(context),
        notes=collect_notes(context),
        model=model,
        instance=instance,
        alternatives=options,
        overrides=overrides,
        instances=instances,
        quantized_plans=(
            quantized_plans(model, instance, behavior, overrides.engine)
            if needs_checkpoint and not unlisted
            else ()
        ),
    )
