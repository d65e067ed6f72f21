"""The search for checkpoints that the Hub lists as quantized from a model."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aws_lambda_powertools import Logger

from handler import metrics
from handler.background import result, start
from handler.cache import Cache
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.errors import too_slow
from handler.hub.repo_id import is_repo_id
from handler.hub.response import HubResponse
from handler.token import CallerScopes, HubToken
from recommender.model import ListedCheckpoint, parse_listing
from recommender.planning.pre_quantized import Candidate, candidate, worth_reading
from recommender.vllm.quantization import QuantizationName

if TYPE_CHECKING:
    from concurrent.futures import Future

# An answer is useful without checkpoints, so that list and files together are given little time.
_LONGEST_SECONDS = 3.0

_BACKOFF_SECONDS = 30.0

# The list is one document. The files, of which there are up to 16, are parsed one at a time.
_MAX_LIST_BYTES = 1024**2
_MAX_CONFIG_BYTES = 256 * 1024

_LISTED = 50
_FIELDS = ("config", "disabled", "downloads", "gated", "library_name", "pipeline_tag", "safetensors")

logger = Logger(child=True)

_Key = tuple[str, tuple[str, ...], tuple[QuantizationName, ...]]


class CheckpointSearch:
    """Reads the Hub's list, then the configuration of each promising entry, and caches the result."""

    def __init__(self, endpoint: str, client: HubClient, *, cache_seconds: float, cache_entries: int) -> None:
        """Search the Hub at `endpoint` through `client`."""
        self._endpoint = endpoint
        self._client = client
        self._scopes = CallerScopes()
        self._cache: Cache[_Key, tuple[Candidate, ...]] = Cache(
            entries=cache_entries, fresh_seconds=cache_seconds, backoff_seconds=_BACKOFF_SECONDS
        )

    def find(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        *,
        deadline: float,
    ) -> tuple[Candidate, ...] | None:
        """Checkpoints of the model with any of `names` that may be quantized to one of `wanted`.

        `None` where the Hub did not answer before `deadline`, or not with a list. Raises nothing.
        """
        key = (self._scopes.of(token), tuple(names), tuple(wanted))
        cached = self._cache.fresh(key)
        if cached is not None or self._cache.error(key) is not None:
            return cached
        latest = min(deadline, time.monotonic() + _LONGEST_SECONDS)
        try:
            with metrics.hub_visit():
                found = tuple(self._search(names, wanted, token, latest))
        except RequestError as error:
            fields = {"model": names[0], "code": error.code, **error.details}
            logger.info("The list of pre-quantized checkpoints is missing", extra=fields)
            self._cache.put_error(key, error)
            return None
        self._cache.put(key, found)
        return found

    def _search(
        self,
        names: Sequence[str],
        wanted: Sequence[QuantizationName],
        token: HubToken | None,
        deadline: float,
    ) -> Iterator[Candidate]:
        get = partial(self._client.get, token=token, deadline=deadline)
        lists = [start(partial(get, self._list_url(name), max_bytes=_MAX_LIST_BYTES)) for name in names]
        listed = parse_listing(entry for each in lists for entry in _entries(_result(each, deadline)))
        chosen = [each for each in worth_reading(listed, wanted) if _is_readable(each, token)]
        files = [
            start(partial(get, self._config_url(each.model_id), max_bytes=_MAX_CONFIG_BYTES))
            for each in chosen
        ]
        for each, file in zip(chosen, files, strict=True):
            config = _config(file, deadline)
            found = candidate(each, config) if config is not None else None
            if found is not None:
                yield found

    def _list_url(self, name: str) -> str:
        fields = "&".join(f"expand[]={field}" for field in _FIELDS)
        filters = f"filter=base_model:quantized:{quote(name)}&filter=safetensors"
        return f"{self._endpoint}/api/models?{filters}&sort=downloads&limit={_LISTED}&{fields}"

    def _config_url(self, model_id: str) -> str:
        return f"{self._endpoint}/{quote(model_id)}/resolve/main/config.json"


def _is_readable(listed: ListedCheckpoint, token: HubToken | None) -> bool:
    return is_repo_id(listed.model_id) and (token is not None or not listed.is_gated)


def _entries(response: HubResponse) -> list[Any]:
    document = _json(response) if response.status == HTTPStatus.OK else None
    if not isinstance(document, list):
        raise HubBadResponse("The Hugging Face Hub did not send a list of checkpoints.")
    return document


def _config(file: "Future[HubResponse]", deadline: float) -> Mapping[str, Any] | None:
    """The file; `None` where the caller may not read it, or where it is not a configuration."""
    try:
        response = _result(file, deadline)
    except HubBadResponse:
        return None
    document = _json(response) if response.status == HTTPStatus.OK else None
    return document if isinstance(document, dict) else None


def _result(running: "Future[HubResponse]", deadline: float) -> HubResponse:
    try:
        return result(running, deadline)
    except TimeoutError as error:
        raise too_slow() from error


def _json(response: HubResponse) -> Any:  # noqa: ANN401 - JSON is untyped until it is parsed
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None
