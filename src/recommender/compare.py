"""The recommendations for one model on every GPU instance, side by side."""

from collections.abc import Sequence
from enum import IntEnum

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.planning.compatibility import incompatibility
from recommender.planning.instances import cost
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import Feasible, Recommendation, recommend_each
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior


class _Group(IntEnum):
    """What the rows are grouped by, in their order."""

    NATIVE = 0
    QUANTIZED = 1
    DOES_NOT_START = 2
    """With the overrides; its warnings say why."""
    INFEASIBLE = 3


def compare(
    metadata: HubMetadata,
    instances: Sequence[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    overrides: Overrides = NO_OVERRIDES,
) -> tuple[Recommendation, ...]:
    """What `recommend` returns for each of `instances` with GPUs, in the order of a list to choose from.

    Native precision first, then quantized, then what would not start with `overrides`, then infeasible; each
    group by price, or by memory where the price is unknown. Raises `ImplausibleMetadata`.
    """
    wanted = [instance for instance in instances if not instance.is_neuron]
    return tuple(sorted(recommend_each(metadata, wanted, instances, behavior, overrides), key=_order))


def _order(recommendation: Recommendation) -> tuple[_Group, tuple[object, ...]]:
    return _group(recommendation), cost(recommendation.instance)


def _group(recommendation: Recommendation) -> _Group:
    if not isinstance(recommendation, Feasible):
        return _Group.INFEASIBLE
    plan, behavior = recommendation.plan, recommendation.plan.budget.engine_args.behavior
    gpu = gpu_of(recommendation.instance)
    has_kernels = incompatibility(recommendation.model, gpu, plan.quantization, behavior) is None
    if not has_kernels or not plan.starts:
        return _Group.DOES_NOT_START
    return _Group.NATIVE if plan.quantization is None else _Group.QUANTIZED
