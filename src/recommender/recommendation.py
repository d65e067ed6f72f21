"""What a recommendation holds: a configuration with its reasons, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recommender.hardware.instance import Instance
from recommender.messages.explanations import Explanation
from recommender.messages.notes import Note
from recommender.messages.warnings import ConfigWarning
from recommender.model import Model, ModelInfo
from recommender.planning.alternatives import Alternatives
from recommender.planning.decision import Decision
from recommender.planning.layouts import Layout
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.pre_quantized import PreQuantizedCheckpoint
from recommender.vllm.quantization import QuantizationName

InfeasibleCode = Literal["does_not_fit", "neuron_not_supported", "unsupported_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasible:
    """A configuration, the reason for each value, and warnings and notes about it."""

    plan: Plan
    decision: Decision
    explanation: Explanation
    warnings: tuple[ConfigWarning, ...]
    notes: tuple[Note, ...]
    model: Model
    instance: Instance
    alternatives: Alternatives | None
    """`None` where native precision fits, and the caller's values suffice or nothing helps."""
    overrides: Overrides
    instances: Sequence[Instance]
    """Those that alternatives were chosen from."""
    layouts: tuple[Layout, ...]
    """How the GPUs of the instance can be divided."""
    checkpoints: tuple[PreQuantizedCheckpoint, ...] | None = None
    """For the quantizations that need one; `None` where none does, or where the search failed."""

    @property
    def model_info(self) -> ModelInfo:
        """The part of the model that the answer repeats."""
        return self.model.info

    @property
    def wanted_checkpoints(self) -> tuple[QuantizationName, ...]:
        """The quantizations whose checkpoints to search: in this answer, or to take instead."""
        option = self.alternatives.quantized if self.alternatives is not None else None
        names = [
            plan.quantization.name
            for plan in (self.plan, option)
            if plan is not None and plan.quantization is not None and not plan.quantization.at_load
        ]
        return tuple(dict.fromkeys((*names, *self.decision.wanted_checkpoints)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """Why there is no configuration, and what would run instead."""

    code: InfeasibleCode
    reason: str
    model_info: ModelInfo | None
    instance: Instance
    alternatives: Alternatives | None = None


Recommendation = Feasible | Infeasible
