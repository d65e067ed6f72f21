"""What the Hugging Face Hub knows of a model."""

import json
import math
import time
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from handler import metrics
from handler.cache import ExpiringCache
from handler.errors import HubBadResponse
from handler.hub_checkpoints import CheckpointSearch
from handler.hub_http import HubClient, Reply, result, start
from handler.hub_refusal import disabled, refusal
from handler.request import is_repository_name
from handler.token import CallerScopes, HubToken
from recommender.model import HubMetadata
from recommender.prepared import Candidate
from recommender.wishes import QuantizationName

# With any `expand[]` the Hub sends exactly what is asked for.
_FIELDS = ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors")


# JSON grows to 25 times its size once parsed; real documents have 60 kB at most. Larger ones are asked for
# anew, so that what is remembered stays within some hundred MB.
_LARGEST_REMEMBERED_BYTES = 128 * 1024


class Hub:
    """Fetches a model's two documents and remembers them, each caller's apart from everybody else's."""

    def __init__(
        self, endpoint: str, *, deadline_seconds: float, cache_seconds: float, cache_entries: int
    ) -> None:
        """Ask the Hub at `endpoint`, an address without a final slash, for at most `deadline_seconds`."""
        self._endpoint = endpoint
        self._deadline_seconds = deadline_seconds
        self._client = HubClient()
        self._cache: ExpiringCache[tuple[str, str], HubMetadata] = ExpiringCache(
            entries=cache_entries, seconds=cache_seconds
        )
        self._scopes = CallerScopes()
        self._checkpoints = CheckpointSearch(
            endpoint, self._client, cache_seconds=cache_seconds, cache_entries=cache_entries
        )

    def metadata(self, model_id: str, token: HubToken | None, *, deadline: float = math.inf) -> HubMetadata:
        """The documents of `model_id` as the owner of `token` may see them.

        `deadline`, a value of `time.monotonic`, may leave the Hub less time than it usually has.
        Raises an error of `handler.errors` where the Hub refuses, does not answer or answers nonsense.
        """
        key = (self._scopes.of(token), model_id)
        known = self._cache.get(key)
        metrics.looked_up(hit=known is not None)
        if known is None:
            with metrics.hub_visit():
                known, size_bytes = self._fetch(model_id, token, deadline)
            if size_bytes <= _LARGEST_REMEMBERED_BYTES:
                self._cache.put(key, known)
        return known

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

    def _fetch(self, model_id: str, token: HubToken | None, latest: float) -> tuple[HubMetadata, int]:
        """The documents, and how large they were."""
        deadline = min(time.monotonic() + self._deadline_seconds, latest)
        fields = "&".join(f"expand[]={field}" for field in _FIELDS)
        path = quote(model_id)
        get = partial(self._client.get, token=token, deadline=deadline)
        information_reply = start(partial(get, f"{self._endpoint}/api/models/{path}?{fields}"))
        config_reply = start(partial(get, f"{self._endpoint}/{path}/resolve/main/config.json"))
        information_answer = result(information_reply, deadline)
        information = _document(information_answer, model_id, token)
        if information.get("disabled") is True:
            raise disabled(model_id)
        canonical_id = information.get("id")
        config_answer = result(config_reply, deadline)
        metadata = HubMetadata(
            model_id=canonical_id if is_repository_name(canonical_id) else model_id,
            information=information,
            config=_config(config_answer, model_id, token),
        )
        return metadata, len(information_answer.body) + len(config_answer.body)


def _config(reply: Reply, model_id: str, token: HubToken | None) -> dict[str, Any] | None:
    if reply.status == HTTPStatus.NOT_FOUND and reply.headers.get("x-error-code") == "EntryNotFound":
        return None
    return _document(reply, model_id, token)


def _document(reply: Reply, model_id: str, token: HubToken | None) -> dict[str, Any]:
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, model_id, token)
    try:
        document = json.loads(reply.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise HubBadResponse(f"The Hugging Face Hub's description of {model_id} is not JSON.") from error
    if not isinstance(document, dict):
        raise HubBadResponse(f"The Hugging Face Hub's description of {model_id} is not a JSON object.")
    return document


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity, which are not JSON."""
    raise ValueError(name)
