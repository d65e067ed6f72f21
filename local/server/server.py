"""The HTTP front: a loopback server that puts the API's requests through the function's handler."""

import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from local.runtime.gateway import LambdaContext, event
from local.server.http_types import Answer, Request, error_answer

LOOPBACK = "127.0.0.1"

Handle = Callable[[dict[str, Any], Any], dict[str, Any]]
Room = Callable[[Request], Answer | None]
"""Answers some paths without the function, and `None` on all others."""

_Headers = list[tuple[str, str]]

# What the template's CorsConfiguration makes the gateway send. Any origin may call a loopback server.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, Apigw-Requestid",
}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, x-hf-token",
    "Access-Control-Max-Age": "600",
}


class Front(ThreadingHTTPServer):
    """Listens on the loopback from its construction on; `serve_forever` answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handle: Handle, *, port: int, rooms: Sequence[Room] = ()) -> None:
        """Answer with `rooms` what they know, with `handle` the rest, on `port`; 0 takes a free one."""
        super().__init__((LOOPBACK, port), _Exchange)
        self._handle = handle
        self._rooms = tuple(rooms)
        self._one_at_a_time = Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def answer(self, method: str, target: str, headers: _Headers) -> Answer:
        """What the first room that knows the path says, or else the function."""
        if method in {"GET", "HEAD"}:
            request = _request(target, headers)
            known = next((answer for room in self._rooms if (answer := room(request)) is not None), None)
            if known is not None:
                return known
        return self._function_answer(method, target, headers)

    def _function_answer(self, method: str, target: str, headers: _Headers) -> Answer:
        """As on Lambda, the function works on one event at a time."""
        asked = event(method, target, headers)
        with self._one_at_a_time:
            reply = self._handle(asked, LambdaContext.fresh())
        # The gateway puts it on every answer, its own refusals included.
        named = {"Apigw-Requestid": asked["requestContext"]["requestId"]}
        return Answer(
            status=HTTPStatus(reply["statusCode"]),
            headers={**reply.get("headers", {}), **named, **_CORS},
            body=(reply.get("body") or "").encode(),
        )

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        """Pass over clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _request(target: str, headers: _Headers) -> Request:
    """Raises `ValueError` where the target is none."""
    parts = urlsplit(target)
    known = next((value for name, value in headers if name.lower() == "if-none-match"), "")
    return Request(path=parts.path, query=parts.query, if_none_match=known)


class _Exchange(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "LocalFront", ""
    wbufsize = -1  # head and body leave in one piece

    def _exchange(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self.rfile.read(int(length))
        if self.command == "OPTIONS" and "Access-Control-Request-Method" in self.headers:
            self._send(Answer(status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT))
            return
        try:
            answer = self.server.answer(self.command, self.path, self.headers.items())
        except ValueError:  # urllib.parse, of a target that is none
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._send(answer)

    # http.server looks methods up by these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _exchange  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what never becomes an event in the service's own envelope; the connection ends."""
        self.close_connection = True
        status, slug = HTTPStatus.BAD_REQUEST, "invalid_request"
        if code == HTTPStatus.NOT_IMPLEMENTED:
            status, slug = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"
        sentence = f"The request cannot be served: {message or explain or HTTPStatus(code).phrase}."
        self.requestline = getattr(self, "requestline", "")
        self._send(error_answer(status, slug, sentence, {"Connection": "close", **_CORS}))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
        """Say nothing: the function's own log has a line for each request."""
