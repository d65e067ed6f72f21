"""A plan and everything that its warnings depend on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.instances import InstancePlan
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.vllm.version_behavior import VersionBehavior


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningContext:
    """What the conditions and the sentences of warnings are made from."""

    model: Model
    instance: Instance
    gpu: Gpu
    plan: Plan
    overrides: Overrides
    cheaper: InstancePlan | None
    """A much cheaper instance that holds as much."""
    at_load: Plan | None
    """Where the plan needs a pre-quantized checkpoint: one that vLLM quantizes while loading."""

    @property
    def behavior(self) -> VersionBehavior:
        """That of the vLLM version which the plan is for."""
        return self.plan.budget.engine_args.behavior


WarningChecks = Mapping[str, Callable[[WarningContext], str | None]]
"""The sentence of each warning by its code; `None` where its condition does not hold."""
