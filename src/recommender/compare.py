"""What a recommendation says of each GPU instance for one model, side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.messages.warning_context import WarningContext
from recommender.messages.warnings import collect_warnings
from recommender.model import HubMetadata, Model, ModelInfo, describe_model
from recommender.model.errors import UnsupportedModel
from recommender.planning.compatibility import incompatibility
from recommender.planning.decision import Decision, decide
from recommender.planning.instances import (
    NearestInstance,
    cheapest_fitting_instance,
    cost,
    nearest_instance,
)
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan
from recommender.planning.pre_quantized import Candidate
from recommender.recommend import does_not_fit, supported_model, unsupported
from recommender.recommendation import Infeasible
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.quantization import QuantizationName
from recommender.vllm.version_behavior import VersionBehavior


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRow:
    """One instance: its plan and the codes of the warnings about it."""

    instance: Instance
    plan: Plan
    warning_codes: tuple[str, ...]


Row = InstanceRow | Infeasible


class _Group(IntEnum):
    """What the rows are grouped by, in their order."""

    NATIVE = 0
    QUANTIZED = 1
    DOES_NOT_START = 2
    """With the overrides; its warnings say why."""
    INFEASIBLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All instances with GPUs, in the order of a list to choose from."""

    model_info: ModelInfo
    instances: tuple[Instance, ...]
    wanted_checkpoints: tuple[QuantizationName, ...]
    """The quantizations that are recommended on any instance if the Hub lists a checkpoint."""
    rows: Iterator[Row]
    """One for each instance, made as it is read: in a large table not all of them are shown."""


def compare(
    metadata: HubMetadata,
    instances: Sequence[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    overrides: Overrides = NO_OVERRIDES,
    candidates: Sequence[Candidate] | None = None,
) -> Comparison:
    """What `recommend` returns for each of `instances` with GPUs, which are planned once for the same GPUs.

    Native precision first, then quantized, then what would not start with `overrides`, then infeasible; each
    group by price, or by memory where the price is unknown. `candidates` are the checkpoints that the Hub
    lists, where it has answered. Raises `ImplausibleMetadata`.
    """
    wanted = sorted((instance for instance in instances if not instance.is_neuron), key=cost)
    try:
        model = supported_model(metadata, behavior)
    except UnsupportedModel as error:
        return Comparison(
            model_info=describe_model(metadata),
            instances=tuple(wanted),
            wanted_checkpoints=(),
            rows=iter([unsupported(metadata, instance, error, behavior) for instance in wanted]),
        )
    decided = _decisions(model, wanted, behavior, overrides, candidates)
    ranked = sorted(wanted, key=lambda instance: _group(model, instance, decided[_gpus(instance)]))
    request = _Request(metadata, model, tuple(instances), behavior, overrides)
    return Comparison(
        model_info=model.info,
        instances=tuple(ranked),
        wanted_checkpoints=_wanted_checkpoints(decided.values()),
        rows=(request.row(instance, decided[_gpus(instance)]) for instance in ranked),
    )


_Gpus = tuple[str, int, float]


def _gpus(instance: Instance) -> _Gpus:
    """All of an instance that its plan depends on."""
    return instance.accelerator_name, instance.accelerator_count, instance.device_mib


def _decisions(
    model: Model,
    instances: Iterable[Instance],
    behavior: VersionBehavior,
    overrides: Overrides,
    candidates: Sequence[Candidate] | None,
) -> Mapping[_Gpus, Decision | UnsupportedModel]:
    decided: dict[_Gpus, Decision | UnsupportedModel] = {}
    for instance in instances:
        if _gpus(instance) not in decided:
            try:
                decided[_gpus(instance)] = decide(model, instance, behavior, overrides, candidates)
            except UnsupportedModel as error:
                decided[_gpus(instance)] = error
    return decided


def _wanted_checkpoints(decided: Iterable[Decision | UnsupportedModel]) -> tuple[QuantizationName, ...]:
    wanted = (name for each in decided if isinstance(each, Decision) for name in each.wanted_checkpoints)
    return tuple(dict.fromkeys(wanted))


def _group(model: Model, instance: Instance, decision: Decision | UnsupportedModel) -> _Group:
    plan = None if isinstance(decision, UnsupportedModel) else decision.plan
    if plan is None:
        return _Group.INFEASIBLE
    behavior = plan.budget.engine_args.behavior
    has_kernels = incompatibility(model, gpu_of(instance), plan.quantization, behavior) is None
    if not has_kernels or not plan.starts:
        return _Group.DOES_NOT_START
    return _Group.NATIVE if plan.quantization is None else _Group.QUANTIZED


@dataclass(frozen=True)
class _Request:
    """What the rows of one comparison share."""

    metadata: HubMetadata
    model: Model
    instances: tuple[Instance, ...]
    behavior: VersionBehavior
    overrides: Overrides

    def row(self, instance: Instance, decision: Decision | UnsupportedModel) -> Row:
        if isinstance(decision, UnsupportedModel):
            return unsupported(self.metadata, instance, decision, self.behavior)
        try:
            if decision.plan is None:
                return self._infeasible(instance, decision)
            codes = self._warning_codes(instance, decision, decision.plan)
        except UnsupportedModel as error:  # on another instance
            return unsupported(self.metadata, instance, error, self.behavior)
        return InstanceRow(instance=instance, plan=decision.plan, warning_codes=codes)

    def _warning_codes(self, instance: Instance, decision: Decision, plan: Plan) -> tuple[str, ...]:
        context = WarningContext(
            model=self.model,
            instance=instance,
            gpu=gpu_of(instance),
            plan=plan,
            overrides=decision.overrides,
            cheaper=None,  # it is a note
            at_load=None,  # it is in a sentence only
        )
        return tuple(warning.code for warning in collect_warnings(context))

    def _infeasible(self, instance: Instance, decision: Decision) -> Infeasible:
        model, behavior, engine = self.model, self.behavior, self.overrides.engine
        return Infeasible(
            code="does_not_fit",
            reason=does_not_fit(decision, model, instance, behavior, engine, self._nearest),
            model_info=model.info,
            instance=instance,
        )

    @cached_property
    def _nearest(self) -> NearestInstance | None:
        """The same for every instance that does not hold the model, and searched once."""
        model, behavior, engine = self.model, self.behavior, self.overrides.engine
        larger = cheapest_fitting_instance(model, self.instances, behavior=behavior, engine=engine)
        return None if larger else nearest_instance(model, self.instances, behavior, engine)
