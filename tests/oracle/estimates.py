"""Every model that vLLM has answered for, estimated as if its architecture were not modelled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from statistics import median
from typing import Any

from oracle.answers import Answer, answers, documents, versions
from oracle.calculator import DegreePrediction, predict_for
from recommender.model import HubMetadata, Model, parse_model
from recommender.model.errors import CalculationError

_UNKNOWN = "not_modelled"

# Of a weight or a number of tokens.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is promised of one model under one version, relative to what it gives: -0.1 is a tenth less."""

    version: str
    model: str
    refused_degrees: frozenset[int]
    """Offered, and refused by vLLM."""
    degrees: int
    """Offered, and accepted by vLLM."""
    missed_degrees: int
    """Accepted by vLLM, and not offered."""
    weights: tuple[float, ...]
    """Of each degree."""
    tokens: tuple[float, ...]
    """Of each plan of the cache at each degree."""

    @property
    def promises_more(self) -> bool:
        """Whether vLLM gives less than any of it."""
        return (
            bool(self.refused_degrees)
            or min(self.weights, default=0) < -_TOLERANCE
            or max(self.tokens, default=0) > _TOLERANCE
        )


def estimates() -> Iterator[Estimate]:
    """Of every model that a version accepts, and whose estimate does not end in a refusal."""
    for version in versions():
        for answer in answers(version):
            model = _estimated(answer.model)
            if model is None or not any(each.is_accepted for each in answer.degrees.values()):
                continue
            prediction = predict_for(model, answer)
            if prediction.refusal is None:
                yield _estimate(answer, prediction.accepted, prediction.degrees)


def table(found: list[Estimate]) -> str:
    """How many figures there are, and the median difference of each kind."""
    weights = [each for estimate in found for each in estimate.weights]
    tokens = [each for estimate in found for each in estimate.tokens]
    return (
        f"models    {len({each.model for each in found}):>7}\n"
        f"degrees   {sum(each.degrees for each in found):>7}, of which not offered"
        f" {sum(each.missed_degrees for each in found)}\n"
        f"weights   {len(weights):>7}, median {median(weights):+.1%}\n"
        f"tokens    {len(tokens):>7}, median {median(tokens):+.1%}, mean {sum(tokens) / len(tokens):+.1%}\n"
    )


def as_if_not_modelled(metadata: HubMetadata) -> HubMetadata:
    """The same documents under another `model_type`, that of nested objects included."""
    config = _renamed(metadata.config or {})
    nested = {key: _renamed(value) for key, value in config.items() if isinstance(value, Mapping)}
    return replace(metadata, config={**config, **nested})


def _renamed(config: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in config.items() if key != "auto_map"}
    return {**kept, "model_type": _UNKNOWN} if "model_type" in kept else kept


@cache
def _estimated(name: str) -> Model | None:
    try:
        return parse_model(as_if_not_modelled(documents()[name]))
    except CalculationError:
        return None


def _estimate(answer: Answer, offered: frozenset[int], predicted: Mapping[int, DegreePrediction]) -> Estimate:
    known = {degree: each for degree, each in answer.degrees.items() if each.is_known}
    accepted = {degree: each for degree, each in known.items() if each.is_accepted}
    both = {degree: each for degree, each in accepted.items() if degree in offered}
    return Estimate(
        version=answer.version,
        model=answer.model,
        refused_degrees=frozenset(known) & offered - frozenset(accepted),
        degrees=len(accepted),
        missed_degrees=len(accepted) - len(both),
        weights=tuple(
            (predicted[degree].weight_bytes or 0) / (each.weight_bytes or 1) - 1
            for degree, each in both.items()
        ),
        tokens=tuple(
            mine.tokens / theirs.tokens - 1
            for degree, each in both.items()
            for mine, theirs in zip(predicted[degree].plans, each.plans, strict=True)
            if theirs.tokens
        ),
    )
