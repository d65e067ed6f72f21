"""The routes of the embedded Hub, as functions of a snapshot."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, unquote

from local.embedded.hub_access import (
    Caller,
    HubError,
    existing_repo,
    readable_repo,
    require_valid_token,
)
from local.embedded.snapshot import Repo, Snapshot
from local.http_types import HttpResponse

# The names that the Hub lists when it rejects one; most of them are in huggingface_hub's
# `ExpandModelProperty_T`, src/huggingface_hub/hf_api.py.
EXPANDABLE = tuple(
    """author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime
    evalResults gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token
    model-index pipeline_tag private resourceGroup safetensors sha siblings spaces tags transformersInfo
    trendingScore usedStorage widgetData xetEnabled""".split()  # noqa: SIM905 - thirty names read best as words
)

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

# Length of a list if no `limit` is given.
_DEFAULT_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRequest:
    """The parts of a request that determine its response."""

    path: str
    query: str = ""
    caller: Caller = Caller.ANONYMOUS
    if_none_match: str = ""


def respond(snapshot: Snapshot, request: HubRequest) -> HttpResponse:
    """The Hub's response to a GET request."""
    for pattern, route in _ROUTES:
        if match := pattern.fullmatch(request.path):
            try:
                return route(snapshot, request, *map(unquote, match.groups()))
            except HubError as error:
                return _error_response(error, request.path)
    not_found = HubError(HTTPStatus.NOT_FOUND, "Sorry, we can't find the page you are looking for.")
    return _error_response(not_found, request.path)


def _error_response(error: HubError, path: str) -> HttpResponse:
    """The API sends its errors as JSON, the file routes as plain text."""
    if "/resolve/" in path or path.startswith("/api/resolve-cache/"):
        content_type, body = TEXT, error.message
    else:
        content_type, body = JSON, json.dumps({"error": error.message})
    headers = {"Content-Type": content_type, **error.headers}
    return HttpResponse(status=error.status, headers=headers, body=body.encode())


def _model_info(snapshot: Snapshot, request: HubRequest, name: str) -> HttpResponse:
    require_valid_token(request.caller)
    repo = existing_repo(snapshot, request.caller, name)
    if repo.id != name:
        return _redirect(f"/api/models/{repo.id}", query=request.query)
    return _json(_expanded(repo, _expanded_fields(request.query)))


def _models(snapshot: Snapshot, request: HubRequest) -> HttpResponse:
    """The repositories with all tags in `filter` and with `search` in their id, most downloaded first."""
    require_valid_token(request.caller)
    parameters = parse_qsl(request.query, keep_blank_values=True)
    tags = {value for name, value in parameters if name == "filter"}
    single = dict(parameters)
    text, limit = single.get("search", "").lower(), single.get("limit", "")
    fields = _expanded_fields(request.query)
    found = sorted(
        (repo for repo in snapshot.repos.values() if text in repo.id.lower() and tags <= set(repo.tags())),
        key=lambda repo: -repo.downloads,
    )
    page = found[: int(limit) if limit.isdecimal() else _DEFAULT_LIMIT]
    return _json([_expanded(repo, fields) for repo in page])


def _resolve(snapshot: Snapshot, request: HubRequest, name: str, file: str) -> HttpResponse:
    """The Hub does not send a small file from here but redirects to its cache."""
    repo = readable_repo(snapshot, request.caller, name)
    etag = _etag(_existing_file(repo, file))
    return _redirect(
        f"/api/resolve-cache/models/{repo.id}/{repo.sha}/{quote(file)}",
        query=f"{quote(request.path, safe='')}=&etag={quote(etag, safe='')}",
        headers={"ETag": etag},
    )


def _resolve_cache(
    snapshot: Snapshot, request: HubRequest, name: str, _commit: str, file: str
) -> HttpResponse:
    body = _existing_file(readable_repo(snapshot, request.caller, name), file)
    etag = _etag(body)
    if etag in request.if_none_match:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
    return HttpResponse(status=HTTPStatus.OK, headers={"Content-Type": TEXT, "ETag": etag}, body=body)


def _existing_file(repo: Repo, name: str) -> bytes:
    if body := repo.file(name):
        return body
    raise HubError(HTTPStatus.NOT_FOUND, "Entry not found", code="EntryNotFound")


def _expanded_fields(query: str) -> list[str]:
    """The fields requested by `expand=` or `expand[]=`."""
    parameters = parse_qsl(query, keep_blank_values=True)
    fields = [value for name, value in parameters if name in {"expand", "expand[]"}]
    if not set(fields) <= set(EXPANDABLE):
        valid = "|".join(f'"{name}"' for name in EXPANDABLE)
        raise HubError(HTTPStatus.BAD_REQUEST, f"Invalid option: expected one of {valid}")
    return fields


def _expanded(repo: Repo, fields: list[str]) -> dict[str, object]:
    """The id and those of `fields` that the repository has; without `fields`, all it has."""
    info = repo.info()
    return {"id": repo.id} | {name: info[name] for name in fields or info if name in info}


def _etag(body: bytes) -> str:
    """The id of the git blob, which is what the Hub sends for a file in plain git."""
    blob = b"blob %d\0%b" % (len(body), body)
    return f'"{hashlib.sha1(blob, usedforsecurity=False).hexdigest()}"'


def _redirect(path: str, *, query: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A temporary redirect on the same host; the Hub's Location is relative."""
    location = f"{path}?{query}" if query else path
    return HttpResponse(
        status=HTTPStatus.TEMPORARY_REDIRECT,
        headers={"Content-Type": TEXT, "Location": location, **(headers or {})},
        body=f"Temporary Redirect. Redirecting to {location}".encode(),
    )


def _json(document: object) -> HttpResponse:
    return HttpResponse(
        status=HTTPStatus.OK, headers={"Content-Type": JSON}, body=json.dumps(document).encode()
    )


_ID = r"([^/]+(?:/[^/]+)?)"
_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., HttpResponse]], ...] = (
    (re.compile(rf"/api/resolve-cache/models/{_ID}/([0-9a-f]{{40}})/(.+)"), _resolve_cache),
    (re.compile("/api/models"), _models),
    (re.compile(rf"/api/models/{_ID}"), _model_info),
    (re.compile(rf"/{_ID}/resolve/main/(.+)"), _resolve),
)
