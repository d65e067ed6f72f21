"""The HTTP front: a loopback server that puts each request through the function's handler."""

import json
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from local.gateway import LambdaContext, event

LOOPBACK = "127.0.0.1"

Handle = Callable[[dict[str, Any], Any], dict[str, Any]]

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

    def __init__(self, handle: Handle, *, port: int) -> None:
        """Answer with `handle` on `port`; 0 takes a free one."""
        super().__init__((LOOPBACK, port), _Exchange)
        self._handle = handle
        self._one_at_a_time = Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def answer(self, method: str, target: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
        """The function's answer; as on Lambda, it works on one event at a time."""
        asked = event(method, target, headers)
        with self._one_at_a_time:
            answer = self._handle(asked, LambdaContext.fresh())
        # The gateway puts it on every answer, its own refusals included.
        named = {"Apigw-Requestid": asked["requestContext"]["requestId"]}
        return {**answer, "headers": {**answer.get("headers", {}), **named}}

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        """Pass over clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


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
            self._send(HTTPStatus.NO_CONTENT, _PREFLIGHT, b"")
            return
        try:
            answer = self.server.answer(self.command, self.path, self.headers.items())
        except ValueError:  # urllib.parse, of a target that is none
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        body = (answer.get("body") or "").encode()
        self._send(answer["statusCode"], {**answer.get("headers", {}), **_CORS}, body)

    # http.server looks methods up by these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _exchange  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what never becomes an event in the service's own envelope; the connection ends."""
        self.close_connection = True
        status, slug = HTTPStatus.BAD_REQUEST, "invalid_request"
        if code == HTTPStatus.NOT_IMPLEMENTED:
            status, slug = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"
        sentence = f"The request cannot be served: {message or explain or HTTPStatus(code).phrase}."
        body = json.dumps({"error": sentence, "code": slug}).encode()
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "Connection": "close",
            **_CORS,
        }
        self.requestline = getattr(self, "requestline", "")
        self._send(status, headers, body)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
        """Say nothing: the function's own log has a line for each request."""
