"""Handle one recommendation request: look up instance and model, run the calculator."""

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

# AWS Inferentia and Trainium, which are answered without the Hub.
_NEURON_FAMILIES = ("inf", "trn")

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendResult:
    """A recommendation, and the age of the metadata that it is based on."""

    recommendation: Recommendation
    age_seconds: float | None
    """The age of a stale copy of the metadata; `None` where they are not stale."""


def handle_request(
    request: RecommendRequest, catalog: Catalog, hub: Hub, *, deadline: float
) -> RecommendResult:
    """The result of `request`, by `deadline`, a value of `time.monotonic`.

    Raises an error of `handler.errors` where the table or the Hub refuses or fails.
    """
    result = _without_hub(request, catalog, deadline) or _with_hub(request, catalog, hub, deadline)
    metrics.recommended(feasible=isinstance(result.recommendation, Feasible))
    logger.info(
        "Recommended",
        model=request.model_id,
        instance_type=request.instance_type,
        answer=type(result.recommendation).__name__.lower(),
    )
    return result


def _without_hub(request: RecommendRequest, catalog: Catalog, deadline: float) -> RecommendResult | None:
    """The result where it does not depend on the Hub.

    The instance type is looked up first only where that needs no waiting: otherwise table and Hub are asked
    at the same time.
    """
    if not catalog.is_fresh() and not request.instance_type.startswith(_NEURON_FAMILIES):
        return None
    refused = infeasible_on_neuron(catalog.instance(request.instance_type, deadline=deadline))
    return RecommendResult(recommendation=refused, age_seconds=None) if refused is not None else None


def _with_hub(request: RecommendRequest, catalog: Catalog, hub: Hub, deadline: float) -> RecommendResult:
    """Ask table and Hub at the same time; an error of the table takes precedence."""
    fetched = hub.start_fetch(request.model_id, request.token, deadline=deadline)
    instance = catalog.instance(request.instance_type, deadline=deadline)
    instances = catalog.instances(deadline=deadline)
    found = fetched()
    behavior = behavior_of(request.vllm_version)
    try:
        recommendation = recommend(found.metadata, instance, instances, behavior, request.overrides)
    except ImplausibleMetadata as error:
        raise HubBadResponse(f"The metadata of {request.model_id} are not plausible: {error}") from error
    if isinstance(recommendation, Feasible) and recommendation.wanted_checkpoints:
        recommendation = _with_checkpoints(recommendation, request, found.metadata.model_id, hub, deadline)
    return RecommendResult(recommendation=recommendation, age_seconds=found.age_seconds)


def _with_checkpoints(
    feasible: Feasible, request: RecommendRequest, canonical_id: str, hub: Hub, deadline: float
) -> Feasible:
    """`feasible` with the Hub's pre-quantized checkpoints, which may be tagged with a former name."""
    names = tuple(dict.fromkeys((canonical_id, request.model_id)))
    wanted = feasible.wanted_checkpoints
    candidates = hub.pre_quantized_checkpoints(names, wanted, request.token, deadline=deadline)
    return feasible if candidates is None else feasible.with_checkpoints(candidates)
