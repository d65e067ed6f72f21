"""Handle one recommendation request: look up instance and model, run the calculator, render the answer."""

import json
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger

from handler import metrics
from handler.cache import Cache
from handler.catalog import Catalog, Table
from handler.errors import HubBadResponse
from handler.hub.hub import FetchedMetadata, Hub
from handler.lambda_response import entity_tag
from handler.request import RecommendRequest
from handler.response import as_json
from handler.stale import with_stale_warning
from recommender.model.errors import ImplausibleMetadata
from recommender.recommend import infeasible_on_neuron, recommend, with_checkpoints
from recommender.recommendation import Feasible, Recommendation
from recommender.vllm.behavior import behavior_of

# AWS Inferentia and Trainium, which are answered without the Hub.
_NEURON_FAMILIES = ("inf", "trn")

# Rendered answers have 2 to 10 kB.
_CACHED_ANSWERS = 256
_CACHED_BYTES = 2 * 1024**2

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendResult:
    """An answer as it is sent."""

    body: str
    """JSON."""
    etag: str | None
    """`None` where the answer is based on stale metadata and must not be cached."""
    is_feasible: bool


class RequestHandler:
    """Answers requests with a table and a Hub.

    The calculator is deterministic, so that the answer to a request is rendered once for as long as the
    model's documents and the table stay the same.
    """

    def __init__(self, catalog: Catalog, hub: Hub) -> None:
        """Use `catalog` and `hub` for all requests."""
        self._catalog = catalog
        self._hub = hub
        self._results: Cache[Hashable, RecommendResult] = Cache(
            entries=_CACHED_ANSWERS, fresh_seconds=math.inf, backoff_seconds=0, total_bytes=_CACHED_BYTES
        )

    def handle(self, request: RecommendRequest, *, deadline: float) -> RecommendResult:
        """The result of `request`, by `deadline`, a value of `time.monotonic`.

        Raises an error of `handler.errors` where the table or the Hub refuses or fails.
        """
        result = self._without_hub(request, deadline) or self._with_hub(request, deadline)
        metrics.recommended(feasible=result.is_feasible)
        logger.info(
            "Recommended",
            model=request.model_id,
            instance_type=request.instance_type,
            answer="feasible" if result.is_feasible else "infeasible",
        )
        return result

    def _without_hub(self, request: RecommendRequest, deadline: float) -> RecommendResult | None:
        """The result where it does not depend on the Hub.

        The instance type is looked up first only where that needs no waiting: otherwise table and Hub are
        asked at the same time.
        """
        if not self._catalog.is_fresh() and not request.instance_type.startswith(_NEURON_FAMILIES):
            return None
        infeasible = infeasible_on_neuron(self._catalog.instance(request.instance_type, deadline=deadline))
        return _rendered(infeasible, age_seconds=None) if infeasible is not None else None

    def _with_hub(self, request: RecommendRequest, deadline: float) -> RecommendResult:
        """Ask table and Hub at the same time; an error of the table takes precedence."""
        fetch = self._hub.start_fetch(request.model_id, request.token, deadline=deadline)
        instance = self._catalog.instance(request.instance_type, deadline=deadline)
        table = self._catalog.table(deadline=deadline)
        fetched = fetch()
        key = _key(request, fetched, table)
        cached = self._results.fresh(key)
        if cached is not None and fetched.age_seconds is None:
            return cached
        behavior = behavior_of(request.vllm_version)
        try:
            found = recommend(fetched.metadata, instance, table.instances, behavior, request.overrides)
        except ImplausibleMetadata as error:
            raise HubBadResponse(f"The metadata of {request.model_id} are not plausible: {error}") from error
        if isinstance(found, Feasible) and found.wanted_checkpoints:
            found = self._with_checkpoints(found, request, fetched.metadata.model_id, deadline)
            return _rendered(found, age_seconds=fetched.age_seconds)
        result = _rendered(found, age_seconds=fetched.age_seconds)
        if fetched.age_seconds is None:
            self._results.put(key, result, size_bytes=len(result.body))
        return result

    def _with_checkpoints(
        self, feasible: Feasible, request: RecommendRequest, canonical_id: str, deadline: float
    ) -> Feasible:
        """`feasible` with the Hub's pre-quantized checkpoints, which may be tagged with a former name."""
        names = tuple(dict.fromkeys((canonical_id, request.model_id)))
        wanted = feasible.wanted_checkpoints
        candidates = self._hub.pre_quantized_checkpoints(names, wanted, request.token, deadline=deadline)
        return feasible if candidates is None else with_checkpoints(feasible, candidates)


def _key(request: RecommendRequest, fetched: FetchedMetadata, table: Table) -> Hashable:
    """All that an answer depends on. Documents of different callers have different versions."""
    return replace(request, token=None), fetched.version, table.version


def _rendered(recommendation: Recommendation, *, age_seconds: float | None) -> RecommendResult:
    body: Mapping[str, Any] = as_json(recommendation)
    if age_seconds is not None:
        body = with_stale_warning(body, age_seconds)
    text = json.dumps(body)
    etag = entity_tag(text) if age_seconds is None else None
    return RecommendResult(body=text, etag=etag, is_feasible=isinstance(recommendation, Feasible))
