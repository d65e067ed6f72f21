"""The instance to switch to where a model does not fit at native precision."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.quantization import Quantization
from recommender.vllm.wheels import WHEEL_CAPABILITY

# What an instance must offer to be worth switching to.
_WORTHWHILE_CONTEXT = 8192
_WORTHWHILE_CONCURRENCY = 8

_OFFERED_ARCHITECTURE = "x86_64"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePlan:
    """An instance that holds a model, and how."""

    instance: Instance
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestInstance:
    """The instance that comes nearest to holding a model with room for real work."""

    instance: Instance
    plan: Plan | None
    """How it starts at all; `None` where not even the weights fit."""


def cheapest_fitting_instance(
    model: Model, instances: Iterable[Instance], *, asked: Instance, behavior: VersionBehavior = ANY_VERSION
) -> InstancePlan | None:
    """The cheapest of `instances` that holds `model` as it is with room for real work, `asked` aside.

    That is a context of 8192, or of the model's own limit, and 8 requests at once. `None` where none does.
    """
    others = sorted((instance for instance in instances if instance.name != asked.name), key=cost)
    holders = fitting_instances(model, others, behavior=behavior)
    return next((holder for holder in holders if _is_worthwhile(model, holder.plan)), None)


def nearest_instance(
    model: Model, instances: Iterable[Instance], behavior: VersionBehavior = ANY_VERSION
) -> NearestInstance | None:
    """Where no instance is worth switching to: the one with the longest context, else with the most memory.

    `None` without any instance that could be switched to.
    """
    offered = [instance for instance in instances if is_offered(instance, behavior)]
    holders = list(fitting_instances(model, offered, behavior=behavior))
    if holders:
        best = max(holders, key=lambda holder: (holder.plan.max_model_len, holder.plan.concurrency))
        return NearestInstance(instance=best.instance, plan=best.plan)
    largest = max(offered, key=lambda instance: instance.accelerator_memory_gib, default=None)
    return NearestInstance(instance=largest, plan=None) if largest is not None else None


def fitting_instances(
    model: Model,
    instances: Iterable[Instance],
    quantization: Quantization | None = None,
    *,
    behavior: VersionBehavior = ANY_VERSION,
) -> Iterator[InstancePlan]:
    """Those of `instances` on which `model` starts; instances with the same GPUs are planned once."""
    plans: dict[tuple[str, int, float], Plan | None] = {}
    for instance in instances:
        if is_offered(instance, behavior):
            hardware = instance.accelerator_name, instance.accelerator_count, instance.device_mib
            if hardware not in plans:
                plans[hardware] = best_plan(model, instance, quantization, behavior=behavior)
            plan = plans[hardware]
            if plan is not None:
                yield InstancePlan(instance=instance, plan=plan)


def is_offered(instance: Instance, behavior: VersionBehavior) -> bool:
    """Whether it is one to switch to: with GPUs and x86 processors, on offer, for all versions meant."""
    if instance.is_neuron or not instance.is_listed or instance.architecture != _OFFERED_ARCHITECTURE:
        return False
    return behavior.version is not None or gpu_of(instance).compute_capability >= WHEEL_CAPABILITY


def cost(instance: Instance) -> tuple[bool, float, float, int, int, float, str]:
    """What instances are put in order by: the price; where it is not known, memory, GPUs, host and name."""
    return (
        instance.usd_per_hour is None,
        instance.usd_per_hour or 0,
        instance.accelerator_memory_gib,
        instance.accelerator_count,
        instance.vcpus,
        instance.memory_gib,
        instance.name,
    )


def _is_worthwhile(model: Model, plan: Plan) -> bool:
    context = min(_WORTHWHILE_CONTEXT, model.max_position_embeddings)
    # Compared before rounding down to a power of two, which a limit such as 6000 would never reach again.
    return plan.budget.max_concurrent_requests(context) > 0 and plan.concurrency >= _WORTHWHILE_CONCURRENCY
