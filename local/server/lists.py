"""The routes of the page's lists: instance types from the table, models from the Hub.

Both are read-only and part of the local server only; on AWS there is just the API.
"""

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from handler.background import result, start
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.errors import too_slow
from handler.hub.response import HubResponse
from local.http_types import HttpRequest, HttpResponse, error_response, json_response
from recommender.hardware.instance import Instance
from recommender.model.non_generators import NON_GENERATING_PIPELINES

Instances = Callable[[], Iterable[Instance]]

_MODELS = 20
# Some of the most downloaded repositories do not generate text, so more are requested than are listed.
_REQUESTED_MODELS = 100
_HUB_SECONDS = 3.0


class Lists:
    """Serves `/local/instance-types` and `/local/models?search=`."""

    def __init__(self, instances: Instances, *, hub_url: str) -> None:
        """List what `instances` returns at the time of the request, and what the Hub at `hub_url` finds."""
        self._instances = instances
        self._hub_url = hub_url
        self._client = HubClient(hub_url)

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """The list at the path; `None` for any other path."""
        try:
            match request.path:
                case "/local/instance-types":
                    return json_response(HTTPStatus.OK, self._instance_types())
                case "/local/models":
                    return json_response(HTTPStatus.OK, self._models(request.parameter("search")))
        except RequestError as error:
            return error_response(error.status, error.code, str(error), error.headers)
        return None

    def _instance_types(self) -> list[dict[str, Any]]:
        """All instance types by family in alphabetical order, each family's smallest first."""
        ordered = sorted(self._instances(), key=lambda each: (each.family, each.vcpus, each.name))
        return [_row(instance) for instance in ordered]

    def _models(self, search: str) -> list[str]:
        """Ids that contain `search`: the closest matches first, then text generators, then by downloads."""
        query = urlencode(
            {"search": search, "sort": "downloads", "limit": _REQUESTED_MODELS, "expand[]": "pipeline_tag"}
        )
        deadline = time.monotonic() + _HUB_SECONDS
        get = partial(self._client.get, f"{self._hub_url}/api/models?{query}", None, deadline=deadline)
        try:
            response = result(start(get), deadline)
        except TimeoutError as error:
            raise too_slow() from error
        entries = _entries(response)
        entries.sort(key=lambda entry: _rank(entry, search.casefold()))
        return [entry["id"] for entry in entries[:_MODELS]]


def _rank(entry: dict[str, Any], search: str) -> tuple[int, bool]:
    """The position of an entry of the Hub; entries with equal ones keep the Hub's order."""
    model = entry["id"].casefold()
    name = model.rpartition("/")[2]
    matches = (search in (model, name), name.startswith(search), model.startswith(search), True)
    return matches.index(True), str(entry.get("pipeline_tag")) in NON_GENERATING_PIPELINES


def _row(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "family": instance.family,
        "accelerator_type": instance.accelerator_type,
        "accelerator_name": instance.accelerator_name,
        "accelerator_count": instance.accelerator_count,
        "accelerator_memory_gib": instance.accelerator_memory_gib,
    }


def _entries(response: HubResponse) -> list[dict[str, Any]]:
    """The Hub's entries that have an id. Raises `HubBadResponse` if it did not send a list."""
    try:
        document = json.loads(response.body) if response.status == HTTPStatus.OK else None
    except ValueError:
        document = None
    if not isinstance(document, list):
        raise HubBadResponse(
            f"The Hugging Face Hub did not send a list of models; its status is {response.status}."
        )
    return [each for each in document if isinstance(each, dict) and isinstance(each.get("id"), str)]
