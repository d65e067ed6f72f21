"""The decisions of a recommendation, in order."""

from collections.abc import Sequence
from dataclasses import replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.messages import infeasible
from recommender.messages.explanation_context import ExplanationContext
from recommender.messages.explanations import explanation
from recommender.messages.notes import collect_notes
from recommender.messages.warning_context import WarningContext
from recommender.messages.warnings import collect_warnings
from recommender.model import HubMetadata, Model, describe_model, parse_model, stated_classes
from recommender.model.errors import UnsupportedModel
from recommender.planning.alternatives import (
    Alternatives,
    alternatives,
    load_time_alternative,
    with_changes_of_plan,
)
from recommender.planning.compatibility import model_class_incompatibility
from recommender.planning.decision import Decision, decide, fitting_versions
from recommender.planning.incompatibilities import DoesNotFit
from recommender.planning.instances import NearestInstance, cheaper_equivalent, nearest_instance
from recommender.planning.layouts import layouts
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan
from recommender.planning.pre_quantized import Candidate, pre_quantized_checkpoints
from recommender.planning.recommended_values import recommended_values
from recommender.recommendation import Feasible, Infeasible, Recommendation
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import EngineOverrides, engine_args_for
from recommender.vllm.supported_versions import served_class
from recommender.vllm.version_behavior import VersionBehavior
from recommender.vllm.yarn_context import with_context_of


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
    neuron = infeasible_on_neuron(instance)
    if neuron is not None:
        return neuron
    try:
        return _recommend_for(supported_model(metadata, behavior), instance, instances, behavior, overrides)
    except UnsupportedModel as error:
        return unsupported(metadata, instance, error, behavior)


def with_checkpoints(feasible: Feasible, candidates: Sequence[Candidate]) -> Feasible:
    """The same answer with those of `candidates` that run on its instance.

    Where there is none for the recommended quantization, the first one is recommended that can be run.
    """
    model, instance, overrides = feasible.model, feasible.instance, feasible.overrides
    behavior, answer = feasible.plan.budget.engine_args.behavior, feasible
    if feasible.decision.wanted_checkpoints:
        decision = decide(model, instance, behavior, overrides, candidates)
        found = _decided(model, instance, feasible.instances, decision, behavior, overrides)
        answer = found if isinstance(found, Feasible) else feasible
    checkpoints = [
        checkpoint
        for name in answer.wanted_checkpoints
        for checkpoint in pre_quantized_checkpoints(
            model, candidates, name, instance, behavior, answer.decision.overrides.engine
        )
    ]
    return replace(answer, checkpoints=tuple(checkpoints))


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


def unsupported(
    metadata: HubMetadata, instance: Instance, error: UnsupportedModel, behavior: VersionBehavior
) -> Infeasible:
    """The answer for a model that vLLM does not run, or that the calculator does not support."""
    return Infeasible(
        code="unsupported_model",
        reason=infeasible.unsupported_model(error, behavior),
        model_info=describe_model(metadata),
        instance=instance,
    )


def supported_model(metadata: HubMetadata, behavior: VersionBehavior) -> Model:
    """The model in `metadata`; raises `UnsupportedModel` where no instance runs it.

    A repository that has both a config.json and a params.json is served by the class of either.
    """
    model = parse_model(metadata, served_class(stated_classes(metadata), behavior.version))
    missing = model_class_incompatibility(model, behavior)
    if missing is None:
        return with_context_of(model, behavior.version)
    if metadata.by_params is not None:
        return supported_model(metadata.by_params, behavior)
    raise UnsupportedModel(infeasible.class_missing(model, missing))


def _recommend_for(
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    behavior: VersionBehavior,
    overrides: Overrides,
) -> Recommendation:
    """The decision with its alternatives and sentences."""
    decision = decide(model, instance, behavior, overrides)
    return _decided(model, instance, instances, decision, behavior, overrides)


def _decided(  # noqa: PLR0913, PLR0917 - what a recommendation is made from
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    decision: Decision,
    behavior: VersionBehavior,
    overrides: Overrides,
) -> Recommendation:
    engine = decision.overrides.engine
    options = (
        None
        if decision.is_native
        else alternatives(model, instance, instances, decision.quantized, behavior, engine)
    )
    if decision.plan is not None:
        options = with_changes_of_plan(options, model, instance, decision.plan, decision.overrides)
        return _feasible(model, instance, instances, decision, asked=overrides, options=options)
    nearest = (
        None
        if options is not None and options.larger
        else nearest_instance(model, instances, behavior, engine)
    )
    return Infeasible(
        code="does_not_fit",
        reason=does_not_fit(decision, model, instance, behavior, engine, nearest),
        model_info=model.info,
        instance=instance,
        alternatives=options,
    )


def does_not_fit(  # noqa: PLR0913, PLR0917 - what the sentence is made from
    decision: Decision,
    model: Model,
    instance: Instance,
    behavior: VersionBehavior,
    engine: EngineOverrides,
    nearest: NearestInstance | None,
) -> str:
    """Why there is no configuration; `nearest` where no instance is larger."""
    assert not isinstance(decision.native, Plan)  # noqa: S101 - it would be the configuration
    engine_args = engine_args_for(model, gpu_of(instance), behavior, engine)
    sentence = infeasible.infeasible(decision.native, model, instance, engine_args, nearest)
    if behavior.version is not None or not isinstance(decision.native, DoesNotFit):
        return sentence
    return f"{sentence}{infeasible.fits_under(fitting_versions(model, instance, engine))}"


def _feasible(  # noqa: PLR0913 - everything that an answer consists of
    model: Model,
    instance: Instance,
    instances: Sequence[Instance],
    decision: Decision,
    *,
    asked: Overrides,
    options: Alternatives | None,
) -> Feasible:
    plan, base, overrides = decision.plan, decision.base, decision.overrides
    engine = overrides.engine
    assert plan is not None  # noqa: S101 - as there is a base
    assert base is not None  # noqa: S101
    gpu, behavior = gpu_of(instance), base.budget.engine_args.behavior
    starts = plan.starts and plan.tensor_parallel <= instance.accelerator_count
    cheaper = (
        cheaper_equivalent(model, instances, asked=instance, plan=plan, behavior=behavior, engine=engine)
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
        at_load=load_time_alternative(model, instance, plan, behavior, engine),
    )
    explanation_context = ExplanationContext(
        model=model,
        instance=instance,
        gpu=gpu,
        plan=plan,
        overrides=overrides,
        recommended=recommended_values(model, instance, base, plan, overrides),
        larger=options.larger if options is not None else None,
        unlisted=decision.unlisted,
    )
    return Feasible(
        plan=plan,
        decision=decision,
        explanation=explanation(explanation_context),
        warnings=collect_warnings(context),
        notes=collect_notes(context),
        model=model,
        instance=instance,
        alternatives=options,
        overrides=asked,
        instances=instances,
        layouts=layouts(model, instance, plan, overrides),
    )
