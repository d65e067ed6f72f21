"""A model's two documents, fetched at the same time, and only where they have changed."""

import json
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from handler.background import result, start
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.errors import disabled, is_refusal, response_error, too_slow
from handler.hub.repo_id import is_repo_id
from handler.hub.response import HubResponse
from handler.token import HubToken
from recommender.model import HubMetadata

if TYPE_CHECKING:
    from concurrent.futures import Future

# Real model information has a few kB.
_MAX_INFORMATION_BYTES = 256 * 1024

# With any `expand[]` the Hub sends exactly the fields that are asked for.
_FIELDS = ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One of the two, parsed."""

    value: dict[str, Any] | None
    """`None` for a file that the repository does not have."""
    etag: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Both, as the Hub showed them to one caller."""

    metadata: HubMetadata
    information: Document
    config: Document
    version: object = field(default_factory=object, compare=False)
    """The same object as long as neither document has changed."""

    @property
    def size_bytes(self) -> int:
        """Their size as JSON."""
        return self.information.size_bytes + self.config.size_bytes


class DocumentsRequest:
    """A request for both documents of a model, which runs in the background from its construction on."""

    def __init__(  # noqa: PLR0913 - what a request to the Hub consists of
        self,
        client: HubClient,
        endpoint: str,
        model_id: str,
        token: HubToken | None,
        *,
        cached: Documents | None,
        deadline: float,
    ) -> None:
        """Send it; of the `cached` documents only those that have changed are transferred."""
        self._model_id = model_id
        self._token = token
        self._deadline = deadline
        self._cached = cached
        self._cached_information = cached.information if cached else None
        self._cached_config = cached.config if cached else None
        path = quote(model_id)
        fields = "&".join(f"expand[]={field}" for field in _FIELDS)
        get = partial(client.get, token=token, deadline=deadline)
        information_url = f"{endpoint}/api/models/{path}?{fields}"
        config_url = f"{endpoint}/{path}/resolve/main/config.json"
        self._information = start(
            partial(
                get,
                information_url,
                max_bytes=_MAX_INFORMATION_BYTES,
                etag=_etag(self._cached_information),
            )
        )
        self._config = start(partial(get, config_url, etag=_etag(self._cached_config)))

    def result(self) -> Documents:
        """The documents, at the latest at the request's deadline.

        Raises an error of `handler.errors`. Where the Hub refuses one document and fails at the other, it is
        the refusal.
        """
        errors: list[RequestError] = []
        information = config = None
        try:
            information = self._read_information()
        except RequestError as error:
            error.details["document"] = "model information"
            if is_refusal(error):
                raise
            errors.append(error)
        try:
            config = self._read_config()
        except RequestError as error:
            error.details["document"] = "config.json"
            errors.append(error)
        if information is None or config is None:
            raise min(errors, key=lambda error: not is_refusal(error))
        if (
            self._cached is not None
            and information is self._cached_information
            and config is self._cached_config
        ):
            return self._cached
        return Documents(
            metadata=_metadata(self._model_id, information, config), information=information, config=config
        )

    def _read_information(self) -> Document:
        response = _response(self._information, self._deadline)
        document = self._read(response, self._cached_information)
        if document.value is not None and document.value.get("disabled") is True:
            raise disabled(self._model_id)
        return document

    def _read_config(self) -> Document:
        response = _response(self._config, self._deadline)
        is_missing = response.headers.get("x-error-code") == "EntryNotFound"
        if response.status == HTTPStatus.NOT_FOUND and is_missing:
            return Document(value=None, etag=None, size_bytes=0)
        return self._read(response, self._cached_config)

    def _read(self, response: HubResponse, cached: Document | None) -> Document:
        if response.status == HTTPStatus.NOT_MODIFIED and cached is not None and cached.etag is not None:
            return cached
        if response.status != HTTPStatus.OK:
            raise response_error(response, self._model_id, self._token)
        try:
            value = json.loads(response.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise HubBadResponse(
                f"The Hugging Face Hub's metadata of {self._model_id} is not JSON."
            ) from error
        if not isinstance(value, dict):
            raise HubBadResponse(f"The Hugging Face Hub's metadata of {self._model_id} is not a JSON object.")
        return Document(value=value, etag=response.etag, size_bytes=len(response.body))


def _etag(cached: Document | None) -> str | None:
    return cached.etag if cached is not None else None


def _response(running: "Future[HubResponse]", deadline: float) -> HubResponse:
    try:
        return result(running, deadline)
    except TimeoutError as error:
        raise too_slow() from error


def _metadata(model_id: str, information: Document, config: Document) -> HubMetadata:
    described = information.value or {}
    canonical_id = described.get("id")
    return HubMetadata(
        model_id=canonical_id if is_repo_id(canonical_id) else model_id,
        information=described,
        config=config.value,
    )


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity, which are not JSON."""
    raise ValueError(name)
