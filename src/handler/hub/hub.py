"""A model's metadata from the Hugging Face Hub, from the cache where possible."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from aws_lambda_powertools import Logger

from handler import metrics
from handler.errors import RequestError
from handler.hub.cache import HubCache, Key
from handler.hub.checkpoints import CheckpointSearch
from handler.hub.client import HubClient
from handler.hub.documents import DocumentsRequest
from handler.token import CallerScopes, HubToken
from recommender.model import HubMetadata
from recommender.planning.pre_quantized import Candidate
from recommender.vllm.quantization import QuantizationName

# With a stale copy the Hub is given less time: one attempt that times out, or two that fail.
_SECONDS_WITH_STALE_COPY = 4.0

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMetadata:
    """A model's metadata."""

    metadata: HubMetadata
    age_seconds: float | None = None
    """The age of a stale copy, where the Hub failed; `None` where the Hub has confirmed the metadata."""
    version: object = field(default=None, compare=False)
    """The same object as long as the metadata of this caller have not changed."""


class Hub:
    """Fetches a model's documents and caches them separately for each caller."""

    def __init__(  # noqa: PLR0913 - its settings
        self,
        endpoint: str,
        *,
        deadline_seconds: float,
        cache_seconds: float,
        cache_entries: int,
        stale_seconds: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask the Hub at `endpoint`, a URL without a final slash, for at most `deadline_seconds`.

        Documents are used for `cache_seconds` without asking. Where the Hub fails after that, a stale copy
        that is at most `stale_seconds` old stands in. `clock` counts seconds.
        """
        self._endpoint = endpoint
        self._deadline_seconds = deadline_seconds
        self._client = HubClient(endpoint)
        self._cache = HubCache(
            entries=cache_entries, fresh_seconds=cache_seconds, stale_seconds=stale_seconds, clock=clock
        )
        self._scopes = CallerScopes()
        self._checkpoints = CheckpointSearch(
            endpoint, self._client, cache_seconds=cache_seconds, cache_entries=cache_entries
        )

    def start_fetch(
        self, model_id: str, token: HubToken | None, *, deadline: float = math.inf
    ) -> Callable[[], FetchedMetadata]:
        """Start to fetch the metadata of `model_id`, as the owner of `token` may see them.

        The returned function waits for them. It raises an error of `handler.errors` where the Hub refuses,
        and where the Hub fails while there is no stale copy. `deadline`, a value of `time.monotonic`, may
        give the Hub less time than it usually has.
        """
        key = (self._scopes.of(token), model_id)
        cached = self._cache.fresh(key)
        error = self._cache.backoff(key) if cached is None else None
        metrics.looked_up(hit=cached is not None or error is not None)
        if cached is not None:
            return partial(FetchedMetadata, metadata=cached.metadata, version=cached.version)
        if error is not None:
            return partial(self._stale_copy, key, error)
        began, as_of = time.monotonic(), self._cache.now()
        copy = self._cache.copy(key)
        request = DocumentsRequest(
            self._client,
            self._endpoint,
            model_id,
            token,
            cached=copy.value if copy is not None else None,
            deadline=min(began + self._seconds_for(key), deadline),
        )
        return partial(self._fetched, key, request, began=began, as_of=as_of)

    def pre_quantized_checkpoints(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        *,
        deadline: float,
    ) -> tuple[Candidate, ...] | None:
        """Pre-quantized checkpoints of the model with any of `names`; `None` where the Hub failed."""
        return self._checkpoints.find(names, wanted, token, deadline=deadline)

    def _seconds_for(self, key: Key) -> float:
        if self._cache.stale_copy(key) is None:
            return self._deadline_seconds
        return min(self._deadline_seconds, _SECONDS_WITH_STALE_COPY)

    def _fetched(self, key: Key, request: DocumentsRequest, *, began: float, as_of: float) -> FetchedMetadata:
        try:
            documents = request.result()
        except RequestError as error:
            metrics.hub_visited(time.monotonic() - began, error)
            self._cache.put_hub_error(key, error)
            return self._stale_copy(key, error)
        metrics.hub_visited(time.monotonic() - began, None)
        self._cache.put_documents(key, documents, as_of=as_of)
        return FetchedMetadata(metadata=documents.metadata, version=documents.version)

    def _stale_copy(self, key: Key, error: RequestError) -> FetchedMetadata:
        """The copy that stands in for an answer; raises `error` where there is none."""
        copy = self._cache.stale_copy(key)
        if copy is None:
            raise error
        _scope, model_id = key
        fields = {"model": model_id, "age_seconds": round(copy.age_seconds), "code": error.code}
        logger.warning("Answered from stale metadata", extra={**fields, **error.details})
        return FetchedMetadata(metadata=copy.value.metadata, age_seconds=copy.age_seconds)
