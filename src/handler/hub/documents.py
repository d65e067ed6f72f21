"""A model's documents, fetched at the same time, and only where they have changed."""

import json
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aws_lambda_powertools import Logger

from handler.background import result, start
from handler.errors import HubBadResponse, RequestError
from handler.hub.client import HubClient
from handler.hub.errors import disabled, is_refusal, response_error, too_slow
from handler.hub.repo_id import is_repo_id
from handler.hub.response import HubResponse
from handler.token import HubToken
from recommender.model import HubMetadata, may_be_in_mistral_format, states_quantization_elsewhere

if TYPE_CHECKING:
    from concurrent.futures import Future

logger = Logger(child=True)

# Real model information has a few kB.
_MAX_INFORMATION_BYTES = 256 * 1024

# With any `expand[]` the Hub sends exactly the fields that are asked for.
_FIELDS = ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One of them, parsed."""

    value: dict[str, Any] | None
    """`None` for a file that the repository does not have."""
    etag: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """All of them, as the Hub showed them to one caller."""

    metadata: HubMetadata
    information: Document
    config: Document
    quantization: Document | None
    """hf_quant_config.json; `None` where config.json says all that matters."""
    params: Document | None = None
    """params.json; `None` where it is not needed."""
    version: object = field(default_factory=object, compare=False)
    """The same object as long as no document has changed."""

    @property
    def size_bytes(self) -> int:
        """Their size as JSON."""
        documents = (self.information, self.config, self.quantization, self.params)
        return sum(each.size_bytes for each in documents if each is not None)


class DocumentsRequest:
    """A request for the documents of a model, which runs in the background from its construction on.

    Model information and config.json are requested at once. hf_quant_config.json follows for those few
    quantized checkpoints whose config.json does not say how, and params.json for repositories in Mistral's
    own format, which have no config.json; where one was needed before, it is requested at once too.
    """

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
        self._cached_quantization = cached.quantization if cached else None
        self._cached_params = cached.params if cached else None
        path = quote(model_id)
        fields = "&".join(f"expand[]={field}" for field in _FIELDS)
        get = partial(client.get, token=token, deadline=deadline)
        information_url = f"{endpoint}/api/models/{path}?{fields}"
        files_url = f"{endpoint}/{path}/resolve/main"
        self._information = start(
            partial(
                get,
                information_url,
                max_bytes=_MAX_INFORMATION_BYTES,
                etag=_etag(self._cached_information),
            )
        )
        self._config = start(partial(get, f"{files_url}/config.json", etag=_etag(self._cached_config)))
        self._get_quantization = partial(
            get, f"{files_url}/hf_quant_config.json", etag=_etag(self._cached_quantization)
        )
        self._get_params = partial(get, f"{files_url}/params.json", etag=_etag(self._cached_params))
        is_needed = self._cached_quantization is not None
        self._quantization = start(self._get_quantization) if is_needed else None
        self._params = start(self._get_params) if self._cached_params is not None else None

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
        quantization = self._read_quantization(information, config)
        params = self._read_params(information, config)
        if (
            self._cached is not None
            and information is self._cached_information
            and config is self._cached_config
            and quantization is self._cached_quantization
            and params is self._cached_params
        ):
            return self._cached
        return Documents(
            metadata=_metadata(self._model_id, information, config, quantization, params),
            information=information,
            config=config,
            quantization=quantization,
            params=params,
        )

    def _read_information(self) -> Document:
        response = _response(self._information, self._deadline)
        document = self._read(response, self._cached_information)
        if document.value is not None and document.value.get("disabled") is True:
            raise disabled(self._model_id)
        return document

    def _read_config(self) -> Document:
        return self._read_file(self._config, self._cached_config)

    def _read_quantization(self, information: Document, config: Document) -> Document | None:
        """hf_quant_config.json where it matters.

        Without it a configuration needs more memory and starts all the same. Where the Hub fails, the file
        counts as missing until the documents are fetched again.
        """
        if config.value is None or not states_quantization_elsewhere(information.value or {}, config.value):
            return None
        running = self._quantization or start(self._get_quantization)
        try:
            return self._read_file(running, self._cached_quantization)
        except RequestError as error:
            return self._without("hf_quant_config.json", error)

    def _read_params(self, information: Document, config: Document) -> Document | None:
        """params.json where it may be needed. Without a config.json its errors are those of the model."""
        if not may_be_in_mistral_format(information.value or {}, config.value):
            return None
        try:
            return self._read_file(self._params or start(self._get_params), self._cached_params)
        except RequestError as error:
            error.details["document"] = "params.json"
            if config.value is None:
                raise
            return self._without("params.json", error)

    def _without(self, name: str, error: RequestError) -> Document:
        fields = {"model": self._model_id, "code": error.code, **error.details}
        logger.warning("Answered without %s", name, extra=fields)
        return _MISSING

    def _read_file(self, running: "Future[HubResponse]", cached: Document | None) -> Document:
        response = _response(running, self._deadline)
        is_missing = response.headers.get("x-error-code") == "EntryNotFound"
        if response.status == HTTPStatus.NOT_FOUND and is_missing:
            return _MISSING
        return self._read(response, cached)

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


_MISSING = Document(value=None, etag=None, size_bytes=0)


def _etag(cached: Document | None) -> str | None:
    return cached.etag if cached is not None else None


def _response(running: "Future[HubResponse]", deadline: float) -> HubResponse:
    try:
        return result(running, deadline)
    except TimeoutError as error:
        raise too_slow() from error


def _metadata(
    model_id: str,
    information: Document,
    config: Document,
    quantization: Document | None,
    params: Document | None,
) -> HubMetadata:
    described = information.value or {}
    canonical_id = described.get("id")
    return HubMetadata(
        model_id=canonical_id if is_repo_id(canonical_id) else model_id,
        information=described,
        config=config.value,
        quantization=quantization.value if quantization is not None else None,
        params=params.value if params is not None else None,
    )


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity, which are not JSON."""
    raise ValueError(name)
