"""What the Hugging Face Hub answers to a request, as a function of a snapshot."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, unquote

from local.embedded.hub_access import (
    Caller,
    RefusalError,
    existing_repo,
    readable_repo,
    require_accepted_token,
)
from local.embedded.snapshot import Repo, Snapshot
from local.server.http_types import Answer

# The names that the Hub lists when it refuses one; huggingface_hub src/huggingface_hub/hf_api.py,
# `ExpandModelProperty_T`, has most of them.
EXPANDABLE = tuple(
    """author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime
    evalResults gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token
    model-index pipeline_tag private resourceGroup safetensors sha siblings spaces tags transformersInfo
    trendingScore usedStorage widgetData xetEnabled""".split()  # noqa: SIM905 - thirty names read best as words
)

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

# Entries of a list where no `limit` is given.
_USUAL_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The parts of a request that decide its answer."""

    path: str
    query: str = ""
    caller: Caller = Caller.ANONYMOUS
    if_none_match: str = ""


def answer(snapshot: Snapshot, question: Question) -> Answer:
    """What the Hub answers to a GET of this path."""
    try:
        return _routed(snapshot, question)
    except RefusalError as refusal:
        return refusal_answer(refusal, path=question.path)


def refusal_answer(refusal: RefusalError, *, path: str) -> Answer:
    """The refusal as JSON where the API refuses, as the bare sentence where a file is refused."""
    if is_file_path(path):
        content_type, body = TEXT, refusal.message
    else:
        content_type, body = JSON, json.dumps({"error": refusal.message})
    headers = {"Content-Type": content_type, **refusal.headers}
    return Answer(status=refusal.status, headers=headers, body=body.encode())


def is_file_path(path: str) -> bool:
    """Whether the path asks for a file of a repository."""
    return "/resolve/" in path or path.startswith("/api/resolve-cache/")


def _routed(snapshot: Snapshot, question: Question) -> Answer:
    for pattern, view in _ROUTES:
        if match := pattern.fullmatch(question.path):
            return view(snapshot, question, *map(unquote, match.groups()))
    raise RefusalError(HTTPStatus.NOT_FOUND, "Sorry, we can't find the page you are looking for.")


def _whoami(_snapshot: Snapshot, question: Question) -> Answer:
    if not question.caller.is_signed_in:
        raise RefusalError(HTTPStatus.UNAUTHORIZED, "Invalid username or password.")
    return _json({"type": "user", "id": _digest("laptop", length=24), "name": "laptop", "orgs": []})


def _model_info(snapshot: Snapshot, question: Question, name: str) -> Answer:
    require_accepted_token(question.caller)
    repo = existing_repo(snapshot, question.caller, name)
    if repo.id != name:
        return _redirect(f"/api/models/{repo.id}", query=question.query)
    ids = {"_id": _digest(repo.id, length=24), "id": repo.id}
    info = repo.info()
    if wanted := _expanded_fields(question.query):
        return _json(ids | {name: info[name] for name in wanted if name in info})
    return _json(ids | {"modelId": repo.id} | info)


def _list(snapshot: Snapshot, question: Question) -> Answer:
    """A page of the repositories with all tags asked for and `search` in their id, by downloads."""
    require_accepted_token(question.caller)
    asked = parse_qsl(question.query, keep_blank_values=True)
    tags = {value for name, value in asked if name == "filter"}
    single = dict(asked)
    text, limit = single.get("search", "").lower(), single.get("limit", "")
    wanted = _expanded_fields(question.query)
    infos = [(repo.id, repo.info()) for repo in snapshot.repos.values() if text in repo.id.lower()]
    found = sorted(
        ((repo_id, info) for repo_id, info in infos if tags <= set(info["tags"])),
        key=lambda each: -each[1]["downloads"],
    )
    page = found[: int(limit) if limit.isdecimal() else _USUAL_PAGE]
    return _json(
        [
            {"_id": _digest(repo_id, length=24), "id": repo_id}
            | {name: info[name] for name in wanted or info if name in info}
            for repo_id, info in page
        ]
    )


def _resolve(snapshot: Snapshot, question: Question, name: str, revision: str, file: str) -> Answer:
    """A small file is not answered in place but by a redirect to the Hub's own cache."""
    repo = readable_repo(snapshot, question.caller, name)
    _require_revision(repo, revision)
    body = _existing_file(repo, file)
    etag = _etag(body)
    return _redirect(
        f"/api/resolve-cache/models/{repo.id}/{repo.sha}/{quote(file)}",
        query=f"{quote(question.path, safe='')}=&etag={quote(etag, safe='')}",
        headers={"ETag": etag, "X-Linked-Size": str(len(body)), "X-Repo-Commit": repo.sha},
    )


def _resolve_cache(snapshot: Snapshot, question: Question, name: str, revision: str, file: str) -> Answer:
    repo = readable_repo(snapshot, question.caller, name)
    _require_revision(repo, revision)
    body = _existing_file(repo, file)
    headers = {"ETag": _etag(body), "X-Repo-Commit": repo.sha}
    if headers["ETag"] in question.if_none_match:
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(status=HTTPStatus.OK, headers={"Content-Type": TEXT, **headers}, body=body)


def _require_revision(repo: Repo, revision: str) -> None:
    if revision not in {"main", repo.sha}:
        message = f"Invalid rev id: {quote(revision)}"
        raise RefusalError(HTTPStatus.NOT_FOUND, message, code="RevisionNotFound")


def _existing_file(repo: Repo, name: str) -> bytes:
    if body := repo.file(name):
        return body
    raise RefusalError(
        HTTPStatus.NOT_FOUND, "Entry not found", code="EntryNotFound", headers={"X-Repo-Commit": repo.sha}
    )


def _expanded_fields(query: str) -> list[str]:
    """The fields asked for, as `expand=a` or `expand[]=a`, each as often as wanted."""
    pairs = parse_qsl(query, keep_blank_values=True)
    wanted = [value for name, value in pairs if name in {"expand", "expand[]"}]
    if not set(wanted) <= set(EXPANDABLE):
        valid = "|".join(f'"{name}"' for name in EXPANDABLE)
        raise RefusalError(HTTPStatus.BAD_REQUEST, f"Invalid option: expected one of {valid}")
    return wanted


def _etag(body: bytes) -> str:
    """The quoted id of the git blob, which is what the Hub sends for a file in plain git."""
    blob = b"blob %d\0%b" % (len(body), body)
    return f'"{hashlib.sha1(blob, usedforsecurity=False).hexdigest()}"'


def _digest(text: str, *, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _redirect(path: str, *, query: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A temporary redirect on the same host: the Hub's Location is relative."""
    location = f"{path}?{query}" if query else path
    return Answer(
        status=HTTPStatus.TEMPORARY_REDIRECT,
        headers={"Content-Type": TEXT, "Location": location, **(headers or {})},
        body=f"Temporary Redirect. Redirecting to {location}".encode(),
    )


def _json(document: Mapping[str, object] | list[dict[str, object]]) -> Answer:
    return Answer(status=HTTPStatus.OK, headers={"Content-Type": JSON}, body=json.dumps(document).encode())


_ID = r"([^/]+(?:/[^/]+)?)"
_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
    (re.compile("/api/whoami-v2"), _whoami),
    (re.compile(rf"/api/resolve-cache/models/{_ID}/([0-9a-f]{{40}})/(.+)"), _resolve_cache),
    (re.compile("/api/models"), _list),
    (re.compile(rf"/api/models/{_ID}"), _model_info),
    (re.compile(rf"/{_ID}/resolve/([^/]+)/(.+)"), _resolve),
)
