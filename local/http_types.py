"""HTTP requests and responses as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A GET or HEAD request."""

    path: str
    query: str = ""
    if_none_match: str = ""

    def parameter(self, name: str) -> str:
        """The first value of a query parameter, stripped; empty if it is not given."""
        return next(iter(parse_qs(self.query).get(name, [])), "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """Status, headers and body."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(
    status: HTTPStatus, document: object, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A JSON document that must not be cached, with additional `headers`."""
    defaults = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(
        status=status, headers={**defaults, **(headers or {})}, body=json.dumps(document).encode()
    )


def error_response(
    status: HTTPStatus, code: str, sentence: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An error in the API's envelope."""
    return json_response(status, {"error": sentence, "code": code}, headers)
