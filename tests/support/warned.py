"""The warnings of an answer by their codes."""

from typing import Any

from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.planning.overrides import Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version
from support.instances import ALL, instance
from support.metadata import real


def warnings(
    model: str | HubMetadata, on: str | Instance, version: Version | None = None, **overrides: Any
) -> dict[str, str]:
    metadata = real(model) if isinstance(model, str) else model
    place = instance(on) if isinstance(on, str) else on
    answer = recommend(metadata, place, ALL, behavior_of(version), Overrides(**overrides))
    assert isinstance(answer, Feasible)
    return {warning.code: warning.text for warning in answer.warnings}
