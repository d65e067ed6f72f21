"""What table, Hub and calculator say to a question."""

from dataclasses import dataclass

from aws_lambda_powertools import Logger

from handler import metrics
from handler.catalog import Catalog
from handler.errors import HubBadResponse
from handler.hub.hub import Hub
from handler.request import RecommendRequest
from recommender.model.errors import ImplausibleMetadata
from recommender.recommend import Feasible, Recommendation, infeasible_on_neuron, recommend
from recommender.vllm.behavior import behavior_of

# AWS Inferentia and Trainium. Their answer needs nothing of the Hub.
_NEURON_FAMILIES = ("inf", "trn")

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A recommendation, and how old what it rests on is."""

    recommendation: Recommendation
    age_seconds: float | None
    """Of the metadata behind it, where they are an older copy."""


def answer(question: RecommendRequest, catalog: Catalog, hub: Hub, *, deadline: float) -> Answer:
    """The answer to `question`, by `deadline`, a value of `time.monotonic`.

    Raises an error of `handler.errors` where table or Hub refuse or fail.
    """
    found = _without_the_hub(question, catalog, deadline) or _with_the_hub(
        question, catalog, hub, deadline=deadline
    )
    metrics.recommended(feasible=isinstance(found.recommendation, Feasible))
    logger.info(
        "Recommended",
        model=question.model_id,
        instance_type=question.instance_type,
        answer=type(found.recommendation).__name__.lower(),
    )
    return found


def _without_the_hub(question: RecommendRequest, catalog: Catalog, deadline: float) -> Answer | None:
    """What can be said before the Hub is asked, without having to wait for the table with the question."""
    if not catalog.is_at_hand() and not question.instance_type.startswith(_NEURON_FAMILIES):
        return None
    refused = infeasible_on_neuron(catalog.instance(question.instance_type, deadline=deadline))
    return Answer(recommendation=refused, age_seconds=None) if refused is not None else None


def _with_the_hub(question: RecommendRequest, catalog: Catalog, hub: Hub, *, deadline: float) -> Answer:
    """Table and Hub are asked at the same time; what the table says comes first."""
    with hub.asking(question.model_id, question.token, deadline=deadline) as told:
        instance = catalog.instance(question.instance_type, deadline=deadline)
        instances = catalog.instances(deadline=deadline)
        known = told()
    try:
        found = recommend(
            known.metadata, instance, instances, behavior_of(question.vllm_version), question.overrides
        )
    except ImplausibleMetadata as error:
        raise HubBadResponse(f"The metadata of {question.model_id} make no sense: {error}") from error
    if isinstance(found, Feasible) and found.wanted_checkpoints:
        found = _with_checkpoints(found, question, known.metadata.model_id, hub, deadline=deadline)
    return Answer(recommendation=found, age_seconds=known.age_seconds)


def _with_checkpoints(
    found: Feasible, question: RecommendRequest, canonical_id: str, hub: Hub, *, deadline: float
) -> Feasible:
    """The answer with what the Hub has prepared; repositories are tagged with a former name, too."""
    names = tuple(dict.fromkeys((canonical_id, question.model_id)))
    candidates = hub.quantized_from(names, found.wanted_checkpoints, question.token, deadline=deadline)
    return found if candidates is None else found.with_checkpoints(candidates)
