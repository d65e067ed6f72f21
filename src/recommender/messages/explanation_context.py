"""A plan and everything that its explanations are made from."""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.context import holds_minimum_context
from recommender.planning.instances import InstancePlan
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.recommended_values import RecommendedValues
from recommender.planning.shortfall import Shortfall, shortfall
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.quantization import Quantization
from recommender.vllm.version_behavior import VersionBehavior


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationContext:
    """The plan that is answered; only `recommended` refers to another one."""

    model: Model
    instance: Instance
    gpu: Gpu
    plan: Plan
    overrides: Overrides
    recommended: RecommendedValues
    larger: InstancePlan | None
    """The instance that holds the model in native precision, where this one does not."""

    unlisted: tuple[Quantization, ...] = ()
    """Quantizations that come before the recommended one, and for which the Hub lists no checkpoint."""

    @property
    def behavior(self) -> VersionBehavior:
        """That of the vLLM version which the plan is for."""
        return self.plan.budget.engine_args.behavior

    @property
    def starts(self) -> bool:
        """Whether vLLM starts, as far as degree, memory and the model's limit decide."""
        plan = self.plan
        return (
            plan.tensor_parallel in plan.valid_tensor_parallel
            and plan.starts
            and (
                plan.max_model_len <= self.model.max_position_embeddings or not self.model.context.is_enforced
            )
        )

    @property
    def holds_context(self) -> bool:
        """Whether the KV cache is large enough for vLLM to start with the context."""
        return self.plan.budget.starts_with(self.plan.max_model_len)

    @property
    def shortfall(self) -> Shortfall:
        """What one GPU lacks for the whole context."""
        plan = self.plan
        degree = nearest_degree(self.model, plan.tensor_parallel, self.behavior)
        return shortfall(plan.weight_bytes, degree, plan.budget, plan.max_model_len)

    @property
    def holds_minimum(self) -> bool:
        """Whether the KV cache holds the shortest context worth proposing."""
        return holds_minimum_context(self.model, self.plan.budget)
