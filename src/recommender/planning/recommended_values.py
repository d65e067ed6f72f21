"""What would be recommended for each value that the caller fixes, with the other values as they are."""

from dataclasses import dataclass, replace
from typing import TypeVar

from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.workload import Workload, default_concurrency, default_workload
from recommender.vllm.quantization import Quantization

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedValues:
    """The values of the plan, but for those that an override fixes: what they would be without it."""

    tensor_parallel: int
    quantization: Quantization | None
    max_model_len: int
    concurrency: int
    workload: Workload

    def changed_by(self, overrides: Overrides) -> Overrides:
        """Those of `overrides` that differ from the recommended value, without those that repeat it."""
        quantization = self.quantization.name if self.quantization is not None else "none"
        return replace(
            overrides,
            tensor_parallel=_changed(overrides.tensor_parallel, self.tensor_parallel),
            quantization=_changed(overrides.quantization, quantization),
            max_model_len=_changed(overrides.max_model_len, self.max_model_len),
            concurrency=_changed(overrides.concurrency, self.concurrency),
            input_tokens=_changed(overrides.input_tokens, self.workload.input_tokens),
            output_tokens=_changed(overrides.output_tokens, self.workload.output_tokens),
        )


def _changed(value: _Value | None, recommended: object) -> _Value | None:
    return None if value == recommended else value


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
        workload=default_workload(plan.max_model_len),
    )
