"""Raw HTTP requests, for bytes that no HTTP client would send."""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def get(port: int, target: str | bytes, *headers: str | bytes, method: str = "GET") -> Answered:
    """The response to a request for `target` with `headers`, both sent unchanged."""
    lines = [b"%b %b HTTP/1.1" % (method.encode(), _raw(target)), b"Host: localhost", b"Connection: close"]
    return send(port, b"\r\n".join([*lines, *map(_raw, headers)]) + b"\r\n\r\n", method=method)


def send(port: int, request: bytes, *, method: str = "GET") -> Answered:
    """The response to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection, method=method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answered(status=response.status, headers=headers, body=response.read())


def _raw(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
