"""What would be recommended for each value that the caller fixes, with the other values as they are."""

from dataclasses import dataclass, replace

from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.workload import default_concurrency
from recommender.vllm.quantization import Quantization


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedValues:
    """The values of the plan, but for those that an override fixes: what they would be without it."""

    tensor_parallel: int
    quantization: Quantization | None
    max_model_len: int
    concurrency: int


def recommended_values(
    model: Model, instance: Instance, base: Plan, plan: Plan, overrides: Overrides
) -> RecommendedValues:
    """The values that `plan`, which is `base` with `overrides`, would have without the override of each."""
    behavior = base.budget.engine_args.behavior
    without_degree = (
        plan
        if overrides.tensor_parallel is None
        else apply_overrides(model, instance, base, replace(overrides, tensor_parallel=None), behavior)
    )
    without_context = (
        plan
        if overrides.max_model_len is None
        else apply_overrides(model, instance, base, replace(overrides, max_model_len=None), behavior)
    )
    return RecommendedValues(
        tensor_parallel=without_degree.tensor_parallel,
        quantization=base.quantization,
        max_model_len=without_context.max_model_len,
        concurrency=default_concurrency(plan.budget, plan.workload),
    )
