"""The instance that would do as well for much less."""

from collections.abc import Iterable

from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.instances import InstancePlan, cost, fitting_instances
from recommender.planning.plan import Plan
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior

_MUCH_LESS = 0.5


def cheaper_equivalent(
    model: Model,
    instances: Iterable[Instance],
    *,
    asked: Instance,
    plan: Plan,
    behavior: VersionBehavior = ANY_VERSION,
) -> InstancePlan | None:
    """The cheapest of `instances` that gives the context and concurrency of `plan` for at most half.

    Half of the price of `asked`, or of its accelerator memory where a price is missing. `None` where none
    does.
    """
    much_smaller = (instance for instance in instances if _share(instance, asked) <= _MUCH_LESS)
    holders = fitting_instances(model, sorted(much_smaller, key=cost), plan.quantization, behavior=behavior)
    return next((holder for holder in holders if _is_equal(holder.plan, plan)), None)


def _is_equal(other: Plan, plan: Plan) -> bool:
    return other.max_model_len >= plan.max_model_len and other.concurrency >= plan.concurrency


def _share(instance: Instance, asked: Instance) -> float:
    if instance.usd_per_hour is not None and asked.usd_per_hour is not None:
        return instance.usd_per_hour / asked.usd_per_hour
    return instance.accelerator_memory_gib / asked.accelerator_memory_gib
