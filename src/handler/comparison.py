"""Handle one comparison request: look up instances and model, run the calculator, render the answer."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from handler import metrics
from handler.cache import Cache
from handler.catalog import Catalog
from handler.comparison_response import comparison_as_json
from handler.errors import HubBadResponse
from handler.hub.hub import FetchedMetadata, Hub
from handler.lambda_response import entity_tag
from handler.request import ComparisonRequest
from handler.stale import with_stale_warning
from recommender.compare import Comparison, compare
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.pre_quantized import Candidate
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import QuantizationName

if TYPE_CHECKING:
    from collections.abc import Hashable

# Rendered answers have 20 to 64 kB.
_CACHED_ANSWERS = 64
_CACHED_BYTES = 2 * 1024**2

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """An answer as it is sent."""

    body: str
    """JSON."""
    etag: str | None
    """`None` where the answer is based on stale metadata and must not be cached."""


class ComparisonHandler:
    """Answers requests with a table and a Hub; answers are cached as those of a recommendation are."""

    def __init__(self, catalog: Catalog, hub: Hub) -> None:
        """Use `catalog` and `hub` for all requests."""
        self._catalog = catalog
        self._hub = hub
        self._results: Cache[Hashable, ComparisonResult] = Cache(
            entries=_CACHED_ANSWERS, fresh_seconds=math.inf, backoff_seconds=0, total_bytes=_CACHED_BYTES
        )
        self._wanted: Cache[Hashable, tuple[QuantizationName, ...]] = Cache(
            entries=_CACHED_ANSWERS, fresh_seconds=math.inf, backoff_seconds=0
        )

    def handle(self, request: ComparisonRequest, *, deadline: float) -> ComparisonResult:
        """The result of `request`, by `deadline`, a value of `time.monotonic`.

        Raises an error of `handler.errors` where the table or the Hub refuses or fails.
        """
        result = self._result(request, deadline)
        metrics.compared()
        logger.info("Compared", model=request.model_id)
        return result

    def _result(self, request: ComparisonRequest, deadline: float) -> ComparisonResult:
        """Ask table and Hub at the same time; an error of the table takes precedence."""
        fetch = self._hub.start_fetch(request.model_id, request.token, deadline=deadline)
        table = self._catalog.table(deadline=deadline)
        fetched = fetch()
        key = replace(request, token=None), fetched.version, table.version
        is_stale = fetched.age_seconds is not None
        known = None if is_stale else self._wanted.fresh(key)
        if known is not None:
            candidates = self._candidates(known, request, fetched, deadline)
            cached = self._results.fresh((key, _ids(candidates)))
            if cached is not None:
                return cached
        behavior = behavior_of(request.vllm_version)
        try:
            comparison = compare(fetched.metadata, table.instances, behavior, request.overrides)
            wanted = comparison.wanted_checkpoints
            candidates = self._candidates(wanted, request, fetched, deadline)
            if candidates is not None:
                comparison = compare(
                    fetched.metadata, table.instances, behavior, request.overrides, candidates
                )
            result = _rendered(comparison, age_seconds=fetched.age_seconds)
        except ImplausibleMetadata as error:
            raise HubBadResponse(f"The metadata of {request.model_id} are not plausible: {error}") from error
        if not is_stale:
            self._wanted.put(key, wanted)
            self._results.put((key, _ids(candidates)), result, size_bytes=len(result.body))
        return result

    def _candidates(
        self,
        wanted: tuple[QuantizationName, ...],
        request: ComparisonRequest,
        fetched: FetchedMetadata,
        deadline: float,
    ) -> tuple[Candidate, ...] | None:
        """The Hub's pre-quantized checkpoints; `None` where none is wanted or the Hub did not answer."""
        if not wanted:
            return None
        names = tuple(dict.fromkeys((fetched.metadata.model_id, request.model_id)))
        return self._hub.pre_quantized_checkpoints(names, wanted, request.token, deadline=deadline)


def _ids(candidates: Sequence[Candidate] | None) -> tuple[str, ...] | None:
    """What a rendered answer depends on of the Hub's list."""
    return None if candidates is None else tuple(each.model.model_id for each in candidates)


def _rendered(comparison: Comparison, *, age_seconds: float | None) -> ComparisonResult:
    body = comparison_as_json(comparison)
    if age_seconds is not None:
        body = with_stale_warning(body, age_seconds)
    text = json.dumps(body)
    return ComparisonResult(body=text, etag=entity_tag(text) if age_seconds is None else None)
