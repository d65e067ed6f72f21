"""What the Run page offers to choose from: instance types of the table, models of the Hub.

Both are read-only and only part of the local front; on AWS there is the API alone.
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
from local.server.http_types import Answer, Request, error_answer, json_answer
from recommender.hardware.instance import Instance
from recommender.model.non_generators import NON_GENERATING_PIPELINES

Instances = Callable[[], Iterable[Instance]]

_MODELS = 20
# Some of the most downloaded repositories generate no text, so more are asked for than are offered.
_LOOKED_AT = 100
_HUB_SECONDS = 3.0


class Listing:
    """Answers `/local/instance-types` and `/local/models?search=`, and no other path."""

    def __init__(self, instances: Instances, *, hub_url: str) -> None:
        """List what `instances` gives when it is asked, and what the Hub at `hub_url` finds."""
        self._instances = instances
        self._hub_url = hub_url
        self._client = HubClient(hub_url)

    def __call__(self, request: Request) -> Answer | None:
        """The list at the path, where there is one."""
        try:
            match request.path:
                case "/local/instance-types":
                    return json_answer(HTTPStatus.OK, self._instance_types())
                case "/local/models":
                    return json_answer(HTTPStatus.OK, self._models(request.parameter("search")))
        except RequestError as error:
            return error_answer(error.status, error.code, str(error), error.headers)
        return None

    def _instance_types(self) -> list[dict[str, Any]]:
        """The families in alphabetical order, and each one's sizes from the smallest on."""
        ordered = sorted(self._instances(), key=lambda each: (each.family, each.vcpus, each.name))
        return [_row(instance) for instance in ordered]

    def _models(self, search: str) -> list[str]:
        """Ids that contain `search`, of what may generate text before the rest, the most downloaded first."""
        query = urlencode(
            {"search": search, "sort": "downloads", "limit": _LOOKED_AT, "expand[]": "pipeline_tag"}
        )
        deadline = time.monotonic() + _HUB_SECONDS
        get = partial(self._client.get, f"{self._hub_url}/api/models?{query}", None, deadline=deadline)
        try:
            reply = result(start(get), deadline)
        except TimeoutError as error:
            raise too_slow() from error
        entries = _entries(reply)
        entries.sort(key=lambda entry: str(entry.get("pipeline_tag")) in NON_GENERATING_PIPELINES)
        return [entry["id"] for entry in entries[:_MODELS]]


def _row(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "family": instance.family,
        "accelerator_type": instance.accelerator_type,
        "accelerator_name": instance.accelerator_name,
        "accelerator_count": instance.accelerator_count,
        "accelerator_memory_gib": instance.accelerator_memory_gib,
    }


def _entries(reply: HubResponse) -> list[dict[str, Any]]:
    """The Hub's entries that name a repository; raises `HubBadResponse` where it did not send a list."""
    try:
        document = json.loads(reply.body) if reply.status == HTTPStatus.OK else None
    except ValueError:
        document = None
    if not isinstance(document, list):
        raise HubBadResponse(f"The Hugging Face Hub sent no list of models; its status is {reply.status}.")
    return [each for each in document if isinstance(each, dict) and isinstance(each.get("id"), str)]
