"""The local HTTP server, which passes API requests through the function's handler."""

import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from local.http_types import HttpRequest, HttpResponse, error_response
from local.runtime.gateway import LambdaContext, event

LOOPBACK = "127.0.0.1"

Handle = Callable[[dict[str, Any], Any], dict[str, Any]]
Route = Callable[[HttpRequest], HttpResponse | None]
"""Responds to some paths without the function, and returns `None` for all others."""

_Headers = list[tuple[str, str]]

# As the template's CorsConfiguration makes the gateway respond; a loopback server allows every origin.
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


class LocalServer(ThreadingHTTPServer):
    """Listens on the loopback from construction; responds once `serve_forever` runs."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handle: Handle, *, port: int, routes: Sequence[Route] = ()) -> None:
        """Serve `routes` first and everything else through `handle`, on `port`; 0 takes a free port."""
        super().__init__((LOOPBACK, port), _RequestHandler)
        self._handle = handle
        self._routes = tuple(routes)
        self._one_at_a_time = Lock()

    @property
    def url(self) -> str:
        """The address, without a final slash."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def respond(self, method: str, target: str, headers: _Headers) -> HttpResponse:
        """The response of the first route that knows the path, or else the function's.

        Raises `ValueError` if `target` is malformed.
        """
        if method in {"GET", "HEAD"}:
            request = _request(target, headers)
            responses = (route(request) for route in self._routes)
            response = next((each for each in responses if each is not None), None)
            if response is not None:
                return response
        return self._function_response(method, target, headers)

    def _function_response(self, method: str, target: str, headers: _Headers) -> HttpResponse:
        """Like a Lambda environment, the function works on one event at a time."""
        sent = event(method, target, headers)
        with self._one_at_a_time:
            response = self._handle(sent, LambdaContext.fresh())
        # The gateway adds it to every response, its own errors included.
        request_id = {"Apigw-Requestid": sent["requestContext"]["requestId"]}
        return HttpResponse(
            status=HTTPStatus(response["statusCode"]),
            headers={**response.get("headers", {}), **request_id, **_CORS},
            body=(response.get("body") or "").encode(),
        )

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        """Ignore clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _request(target: str, headers: _Headers) -> HttpRequest:
    parts = urlsplit(target)
    if_none_match = next((value for name, value in headers if name.lower() == "if-none-match"), "")
    return HttpRequest(path=parts.path, query=parts.query, if_none_match=if_none_match)


class _RequestHandler(BaseHTTPRequestHandler):
    server: LocalServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "LocalServer", ""
    wbufsize = -1  # send headers and body together

    def _respond(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self.rfile.read(int(length))
        if self.command == "OPTIONS" and "Access-Control-Request-Method" in self.headers:
            self._send(HttpResponse(status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT))
            return
        try:
            response = self.server.respond(self.command, self.path, self.headers.items())
        except ValueError:  # raised by urllib.parse for a malformed target
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._send(response)

    # http.server looks methods up by these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the API's error envelope for a request that cannot become an event; then close."""
        self.close_connection = True
        status, error_code = HTTPStatus.BAD_REQUEST, "invalid_request"
        if code == HTTPStatus.NOT_IMPLEMENTED:
            status, error_code = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"
        sentence = f"The request cannot be served: {message or explain or HTTPStatus(code).phrase}."
        self.requestline = getattr(self, "requestline", "")
        self._send(error_response(status, error_code, sentence, {"Connection": "close", **_CORS}))

    def _send(self, response: HttpResponse) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
        """Log nothing; the function's own log has a line for each request."""
