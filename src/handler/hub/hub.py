"""What the Hugging Face Hub knows of a model."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from handler import metrics
from handler.background import Flights, result
from handler.errors import RequestError
from handler.hub.cache import HubMemory, Key
from handler.hub.checkpoints import CheckpointSearch
from handler.hub.client import HubClient
from handler.hub.documents import Documents, read_documents
from handler.hub.errors import too_slow
from handler.token import CallerScopes, HubToken
from recommender.model import HubMetadata
from recommender.planning.pre_quantized import Candidate
from recommender.vllm.quantization import QuantizationName

if TYPE_CHECKING:
    from concurrent.futures import Future

# With an older copy at hand nobody waits as long as without: one attempt that times out, or two that fail.
_PATIENCE_SECONDS = 4.0

# What a call that ends with its deadline is given to say so: it may know of a refusal.
_HANDING_OVER_SECONDS = 0.2

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMetadata:
    """A model's metadata."""

    metadata: HubMetadata
    age_seconds: float | None = None
    """Where the Hub failed and they are an older copy, how old; `None` where the Hub vouches for them."""


class Hub:
    """Fetches a model's two documents and remembers them, each caller's apart from everybody else's."""

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
        """Ask the Hub at `endpoint`, an address without a final slash, for at most `deadline_seconds`.

        Documents are asked for anew after `cache_seconds`; where the Hub then fails, a copy of at most
        `stale_seconds` stands in. `clock` counts seconds.
        """
        self._endpoint = endpoint
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self._client = HubClient(endpoint)
        self._memory = HubMemory(
            entries=cache_entries, fresh_seconds=cache_seconds, stale_seconds=stale_seconds, clock=clock
        )
        self._flights: Flights[Key, Documents | RequestError] = Flights()
        self._scopes = CallerScopes()
        self._checkpoints = CheckpointSearch(
            endpoint, self._client, cache_seconds=cache_seconds, cache_entries=cache_entries
        )

    @contextmanager
    def asking(
        self, model_id: str, token: HubToken | None, *, deadline: float = math.inf
    ) -> Iterator[Callable[[], FetchedMetadata]]:
        """Ask for `model_id`, as the owner of `token` may see it, beside what the block does.

        The block calls what it is given to wait for them. That raises an error of `handler.errors` where the
        Hub refuses, and where it does not answer or answers nonsense while there is no older copy.
        `deadline`, a value of `time.monotonic`, may leave the Hub less time than it usually has.

        A question that the block leaves open is given up: Lambda freezes the process with the request, so
        what comes of it later says nothing of the Hub.
        """
        key = (self._scopes.of(token), model_id)
        known = self._memory.documents(key)
        if known is not None and self._memory.is_fresh(known):
            metrics.looked_up(hit=True)
            yield partial(FetchedMetadata, metadata=known.metadata)
            return
        problem = self._memory.problem(key)
        metrics.looked_up(hit=problem is not None)
        if problem is not None:
            yield partial(self._instead, key, problem)
            return
        began = time.monotonic()
        until = min(began + self._patience_seconds(key), deadline)
        flight, is_ours = self._flights.join(key, partial(self._ask, model_id, token, known, until))
        try:
            yield partial(self._told, key, flight, began, until)
        finally:
            if is_ours:
                self._flights.leave(key, flight)

    def quantized_from(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        *,
        deadline: float,
    ) -> tuple[Candidate, ...] | None:
        """Checkpoints of the model with any of `names`, quantized beforehand; `None` where the Hub failed."""
        return self._checkpoints.find(names, wanted, token, deadline=deadline)

    def _patience_seconds(self, key: Key) -> float:
        if self._memory.stand_in(key) is None:
            return self._deadline_seconds
        return min(self._deadline_seconds, _PATIENCE_SECONDS)

    def _ask(
        self, model_id: str, token: HubToken | None, known: Documents | None, deadline: float
    ) -> Documents | RequestError:
        return read_documents(
            self._client,
            self._endpoint,
            model_id,
            token,
            known=known,
            asked_at=self._clock(),
            deadline=deadline,
        )

    def _told(
        self, key: Key, flight: "Future[Documents | RequestError]", began: float, until: float
    ) -> FetchedMetadata:
        try:
            outcome = result(flight, until + _HANDING_OVER_SECONDS)
        except TimeoutError:
            outcome = too_slow()
        metrics.hub_visited(time.monotonic() - began, outcome)
        if isinstance(outcome, Documents):
            self._memory.keep(key, outcome)
            return FetchedMetadata(metadata=outcome.metadata)
        self._memory.note(key, outcome)
        return self._instead(key, outcome)

    def _instead(self, key: Key, problem: RequestError) -> FetchedMetadata:
        """The older copy that stands in for an answer; raises the `problem` where there is none."""
        older = self._memory.stand_in(key)
        if older is None:
            raise problem.later(0)
        age_seconds = self._memory.age_seconds(older)
        logger.warning("Answered from older metadata", code=problem.code, age_seconds=round(age_seconds))
        return FetchedMetadata(metadata=older.metadata, age_seconds=age_seconds)
