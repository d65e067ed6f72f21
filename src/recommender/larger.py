"""The instance to switch to where a model does not fit at native precision."""

from collections.abc import Iterable
from dataclasses import dataclass

from recommender.instance import Instance
from recommender.model import Model
from recommender.plan import Plan, best_plan
from recommender.rules import ANY_VERSION, Rules

# What an instance must offer to be worth switching to, where one of the table does.
_WORTHWHILE_CONTEXT = 8192
_WORTHWHILE_CONCURRENCY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An instance that holds a model at native precision, and how."""

    instance: Instance
    plan: Plan


def smallest_holder(
    model: Model, instances: Iterable[Instance], *, asked: Instance, rules: Rules = ANY_VERSION
) -> Holder | None:
    """The smallest of `instances` on which `model` runs without further quantization, `asked` aside.

    Smallest is: least accelerator memory, then fewest accelerators, vCPUs and host memory, then the name.
    An instance with room for real work goes before a smaller one without. `None` where none holds it.
    """
    others = (instance for instance in instances if not instance.is_neuron and instance.name != asked.name)
    holders = (
        Holder(instance=instance, plan=plan)
        for instance in others
        if (plan := best_plan(model, instance, rules=rules)) is not None
    )
    return min(
        holders, key=lambda holder: (not _is_worthwhile(model, holder.plan), _size(holder)), default=None
    )


def _is_worthwhile(model: Model, plan: Plan) -> bool:
    context = min(_WORTHWHILE_CONTEXT, model.max_position_embeddings)
    # Compared before rounding down to a power of two, which a limit such as 6000 would never reach again.
    return plan.budget.held_requests(context) > 0 and plan.concurrency >= _WORTHWHILE_CONCURRENCY


def _size(holder: Holder) -> tuple[float, int, int, float, str]:
    instance = holder.instance
    return (
        instance.accelerator_memory_gib,
        instance.accelerator_count,
        instance.vcpus,
        instance.memory_gib,
        instance.name,
    )
