"""HTTP requests and answers as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET or HEAD for something that the front answers without the function."""

    path: str
    query: str = ""
    if_none_match: str = ""

    def parameter(self, name: str) -> str:
        """The first value of a query parameter, without space around it; empty where it is not given."""
        return next(iter(parse_qs(self.query).get(name, [])), "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers and body of a response."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_answer(status: HTTPStatus, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON document that nobody is to keep; `headers` come beside the usual ones."""
    usual = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Answer(status=status, headers={**usual, **(headers or {})}, body=json.dumps(document).encode())


def error_answer(
    status: HTTPStatus, code: str, sentence: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """A failure in the service's own envelope."""
    return json_answer(status, {"error": sentence, "code": code}, headers)
