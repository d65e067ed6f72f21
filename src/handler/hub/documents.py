"""A model's two documents, read from the Hub anew or only where they have changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from handler.background import result, start
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.errors import disabled, is_definite, refusal, too_slow
from handler.hub.response import Reply
from handler.request import is_repository_name
from handler.token import HubToken
from recommender.model import HubMetadata

if TYPE_CHECKING:
    from concurrent.futures import Future

# With any `expand[]` the Hub sends exactly what is asked for.
_FIELDS = ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One of them, parsed."""

    value: dict[str, Any] | None
    """`None` for a file that the repository does not have."""
    etag: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Both of them, as the Hub showed them to one caller."""

    metadata: HubMetadata
    information: Document
    config: Document
    asked_at: float
    """On the clock of whoever asked, who may rely on all that was so before."""

    @property
    def size_bytes(self) -> int:
        """How much was sent."""
        return self.information.size_bytes + self.config.size_bytes


def read_documents(  # noqa: PLR0913 - all that a question to the Hub is made of
    client: HubClient,
    endpoint: str,
    model_id: str,
    token: HubToken | None,
    *,
    known: Documents | None,
    asked_at: float,
    deadline: float,
) -> Documents | RequestError:
    """The documents of `model_id`, asked for at the same time; what is `known` is sent only if it changed.

    Where the Hub refuses one and fails at the other, the answer is its refusal.
    """
    fields = "&".join(f"expand[]={field}" for field in _FIELDS)
    path = quote(model_id)
    get = partial(client.get, token=token, deadline=deadline)
    known_information, known_config = (known.information, known.config) if known else (None, None)
    information_reply = start(
        partial(get, f"{endpoint}/api/models/{path}?{fields}", etag=_etag(known_information))
    )
    config_reply = start(
        partial(get, f"{endpoint}/{path}/resolve/main/config.json", etag=_etag(known_config))
    )
    read = partial(_document, model_id=model_id, token=token)
    information = _outcome(
        information_reply, deadline, partial(_information, read, known_information, model_id)
    )
    if isinstance(information, RequestError) and is_definite(information):
        return information
    config = _outcome(config_reply, deadline, partial(_config, read, known_config))
    if isinstance(information, Document) and isinstance(config, Document):
        return Documents(
            metadata=_metadata(model_id, information, config),
            information=information,
            config=config,
            asked_at=asked_at,
        )
    problems = [each for each in (information, config) if isinstance(each, RequestError)]
    return min(problems, key=lambda problem: not is_definite(problem))


_Read = Callable[[Reply, Document | None], Document]


def _etag(known: Document | None) -> str | None:
    return known.etag if known is not None else None


def _outcome(
    reply: "Future[Reply]", deadline: float, read: Callable[[Reply], Document]
) -> Document | RequestError:
    try:
        return read(result(reply, deadline))
    except TimeoutError:
        return too_slow()
    except RequestError as problem:
        return problem


def _information(read: _Read, known: Document | None, model_id: str, reply: Reply) -> Document:
    document = read(reply, known)
    if document.value is not None and document.value.get("disabled") is True:
        raise disabled(model_id)
    return document


def _config(read: _Read, known: Document | None, reply: Reply) -> Document:
    if reply.status == HTTPStatus.NOT_FOUND and reply.headers.get("x-error-code") == "EntryNotFound":
        return Document(value=None, etag=None, size_bytes=0)
    return read(reply, known)


def _document(reply: Reply, known: Document | None, *, model_id: str, token: HubToken | None) -> Document:
    if reply.status == HTTPStatus.NOT_MODIFIED and known is not None and known.etag is not None:
        return known
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, model_id, token)
    try:
        value = json.loads(reply.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise HubBadResponse(f"The Hugging Face Hub's description of {model_id} is not JSON.") from error
    if not isinstance(value, dict):
        raise HubBadResponse(f"The Hugging Face Hub's description of {model_id} is not a JSON object.")
    return Document(value=value, etag=reply.etag, size_bytes=len(reply.body))


def _metadata(model_id: str, information: Document, config: Document) -> HubMetadata:
    described = information.value or {}
    canonical_id = described.get("id")
    return HubMetadata(
        model_id=canonical_id if is_repository_name(canonical_id) else model_id,
        information=described,
        config=config.value,
    )


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity, which are not JSON."""
    raise ValueError(name)
