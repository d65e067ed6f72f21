"""Finding the checkpoints of a model that the Hub lists as quantized from it."""

import json
import time
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools import Logger

from handler import metrics
from handler.background import Flights, result, start
from handler.cache import ExpiringCache
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.response import Reply
from handler.request import is_repository_name
from handler.token import CallerScopes, HubToken
from recommender.model import ListedCheckpoint, parse_listing
from recommender.planning.pre_quantized import Candidate, candidate, worth_reading
from recommender.vllm.quantization import QuantizationName

# The answer is good without them, so nobody waits long: for the list and the files together.
_LONGEST_SECONDS = 3.0

# How long a Hub that failed is not asked again.
_REST_SECONDS = 30.0

_LISTED = 50
_FIELDS = ("config", "disabled", "downloads", "gated", "library_name", "pipeline_tag", "safetensors")

logger = Logger(child=True)


class CheckpointSearch:
    """Asks for the list, reads the configuration of what looks right, and remembers what came of it."""

    def __init__(self, endpoint: str, client: HubClient, *, cache_seconds: float, cache_entries: int) -> None:
        """Ask the Hub at `endpoint` through `client`."""
        self._endpoint = endpoint
        self._client = client
        self._scopes = CallerScopes()
        self._found: ExpiringCache[_Key, tuple[Candidate, ...]] = ExpiringCache(
            entries=cache_entries, seconds=cache_seconds
        )
        self._flights: Flights[_Key, tuple[Candidate, ...]] = Flights()
        self._failed: ExpiringCache[_Key, bool] = ExpiringCache(entries=cache_entries, seconds=_REST_SECONDS)

    def find(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        *,
        deadline: float,
    ) -> tuple[Candidate, ...] | None:
        """Checkpoints of the model with any of `names` that may be quantized to one of `wanted`.

        `None` where the Hub did not answer in time, before `deadline`, or not as a Hub does. Raises nothing.
        """
        key = (self._scopes.of(token), tuple(names), tuple(wanted))
        found = self._found.get(key)
        if found is not None or self._failed.get(key):
            return found
        latest = min(deadline, time.monotonic() + _LONGEST_SECONDS)
        flight, is_ours = self._flights.join(key, partial(self._search, names, wanted, token, latest))
        try:
            with metrics.hub_visit():
                found = result(flight, latest)
        except (RequestError, TimeoutError) as error:
            logger.info("The list of prepared checkpoints is missing", reason=type(error).__name__)
            self._failed.put(key, value=True)
            return None
        finally:
            if is_ours:
                self._flights.leave(key, flight)
        self._found.put(key, found)
        return found

    def _search(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        deadline: float,
    ) -> tuple[Candidate, ...]:
        get = partial(self._client.get, token=token, deadline=deadline)
        lists = [start(partial(get, self._list_url(name))) for name in names]
        entries = [entry for reply in lists for entry in _entries(result(reply, deadline))]
        chosen = [each for each in worth_reading(parse_listing(entries), wanted) if _is_readable(each, token)]
        files = [start(partial(get, self._config_url(each.model_id))) for each in chosen]
        documents = [_config(result(reply, deadline)) for reply in files]
        read = (
            candidate(listed, document)
            for listed, document in zip(chosen, documents, strict=True)
            if document is not None
        )
        return tuple(each for each in read if each is not None)

    def _list_url(self, name: str) -> str:
        fields = "&".join(f"expand[]={field}" for field in _FIELDS)
        wanted = f"filter=base_model:quantized:{quote(name)}&filter=safetensors"
        return f"{self._endpoint}/api/models?{wanted}&sort=downloads&limit={_LISTED}&{fields}"

    def _config_url(self, model_id: str) -> str:
        return f"{self._endpoint}/{quote(model_id)}/resolve/main/config.json"


_Key = tuple[str, tuple[str, ...], tuple[QuantizationName, ...]]


def _is_readable(listed: ListedCheckpoint, token: HubToken | None) -> bool:
    return is_repository_name(listed.model_id) and (token is not None or not listed.is_gated)


def _entries(reply: Reply) -> list[Any]:
    document = _json(reply) if reply.status == HTTPStatus.OK else None
    if not isinstance(document, list):
        raise HubBadResponse("The Hugging Face Hub's list of checkpoints is not one.")
    return document


def _config(reply: Reply) -> Mapping[str, Any] | None:
    """The file; `None` where this caller may not read it, or where it is no configuration."""
    document = _json(reply) if reply.status == HTTPStatus.OK else None
    return document if isinstance(document, dict) else None


def _json(reply: Reply) -> Any:  # noqa: ANN401 - JSON is untyped until it is read
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
