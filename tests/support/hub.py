"""The double of the Hugging Face Hub: it answers for one model, until a test sets a fault."""

import hashlib
import io
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal
from unittest.mock import patch

import urllib3
from urllib3.connectionpool import HTTPConnectionPool

from support.loopback import Loopback, Misbehave, Say, Seen, loopback
from support.metadata import real

MODEL = "mistralai/Mistral-7B-Instruct-v0.3"

_DOCUMENTS = real(MODEL)
INFORMATION = {"id": MODEL, **_DOCUMENTS.information}
CONFIG = dict(_DOCUMENTS.config or {})

Part = Literal["information", "config", "quantization", "params", "list"]
"""What a request is for: `/api/models/{id}`, config.json, hf_quant_config.json, params.json, or the list of
quantized checkpoints."""


class HubDouble:
    """Answers every model ID with the same documents, which a test may exchange: bytes, or JSON values."""

    running: Loopback
    """The server, once `running_hub` has started one."""

    def __init__(
        self,
        *,
        information: Any = INFORMATION,
        config: Any = CONFIG,
        quantization: Any = None,
        params: Any = None,
        listed: Any = (),
        fault: Say | Misbehave | None = None,
        faults: Mapping[Part, Say | Misbehave] | None = None,
    ) -> None:
        self.documents: dict[Part, Any] = {
            "information": information,
            "config": config,
            "quantization": quantization,
            "params": params,
            "list": listed,
        }
        self.configs: dict[str, Any] = {}
        """config.json of some model IDs, in place of the common one."""
        self.headers: dict[str, str] = {}
        self.etags: tuple[Part, ...] = ()
        """The parts whose responses carry an entity tag, as files of the real Hub do."""
        self.fault = fault
        """The answer to every request, where it is not `None`."""
        self.faults: dict[Part, Say | Misbehave] = dict(faults or {})
        """The answer to requests for one part."""
        self.sent: list[int] = []
        """The statuses of all answers."""

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def seen(self) -> list[Seen]:
        return self.running.seen

    def paths(self) -> list[str]:
        """The paths that were requested, without queries."""
        return [seen.path.partition("?")[0] for seen in self.seen]

    def answer(self, request: Seen) -> Say | Misbehave:
        part = _part(request.path)
        answer = self.fault or self.faults.get(part) or self._document(part, request)
        if isinstance(answer, Say):
            self.sent.append(answer.status)
        return answer

    def _document(self, part: Part, request: Seen) -> Say:
        document = self.documents[part]
        if part == "config":
            document = self.configs.get(_model_id(request.path), document)
        if document is None:
            return Say(status=404, headers={"X-Error-Code": "EntryNotFound"}, body=b"Entry not found")
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        if part not in self.etags:
            return Say(headers=self.headers, body=body)
        etag = f'"{hashlib.sha256(body).hexdigest()[:40]}"'
        headers = {**self.headers, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return Say(status=304, headers=headers)
        return Say(headers=headers, body=body)


def _part(path: str) -> Part:
    if path.partition("?")[0] == "/api/models":
        return "list"
    if path.endswith("/hf_quant_config.json"):
        return "quantization"
    if path.endswith("/params.json"):
        return "params"
    return "information" if path.startswith("/api/models/") else "config"


def _model_id(path: str) -> str:
    return path.partition("?")[0].removeprefix("/").removesuffix("/resolve/main/config.json")


@contextmanager
def running_hub(double: HubDouble | None = None, *, tls: ssl.SSLContext | None = None) -> Iterator[HubDouble]:
    """The double behind a real server on the loopback interface."""
    hub = double or HubDouble()
    with loopback(hub.answer, tls=tls) as hub.running:
        yield hub


@contextmanager
def in_process(double: HubDouble) -> Iterator[str]:
    """The double behind the service's own client, without sockets; gives its URL. For thousands of cases."""

    def urlopen(_pool: HTTPConnectionPool, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        headers = {name.lower(): value for name, value in options["headers"].items()}
        answer = double.answer(Seen(path=url, headers=headers))
        assert isinstance(answer, Say)
        return urllib3.HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            request_method=method,
            request_url=url,
            preload_content=False,
        )

    with patch.object(HTTPConnectionPool, "urlopen", urlopen):
        yield "http://hub.test"


def say(document: object, status: int = 200, **headers: str) -> Say:
    """A response of JSON; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Say(status=status, headers=named, body=json.dumps(document).encode())


def moved(location: str, status: int = 302) -> Say:
    return Say(status=status, headers={"Location": location})
