"""An embedded Hugging Face Hub: a real HTTP server on the loopback that knows the models of `models.json`.

It answers model metadata and small files the way huggingface.co does, including redirects, gates, refused
tokens and rate limits, so that the service runs and is tested without the internet. It holds facts collected
from public model repositories and no weights. As a program it prints its URL and serves until its standard
input ends, so that it does not outlive the process that started it:

    python -m local.embedded.hub --port 8090
"""

import argparse
import signal
import socket
import socketserver
import sys
import threading
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from local.embedded.hub_access import Caller, RefusalError
from local.embedded.hub_answers import Question, answer, is_file_path, refusal_answer
from local.embedded.hub_limits import Quota, RateLimits
from local.embedded.snapshot import Snapshot, load_snapshot
from local.server.http_types import Answer

__all__ = ["EmbeddedHub", "SeenRequest", "Snapshot", "load_snapshot"]

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request that arrived; of its token only the presence is kept."""

    method: str
    path: str
    query: str
    has_token: bool


class EmbeddedHub:
    """A Hub that listens from its construction until `stop`, which the end of a `with` block calls.

    With `enforce_limits` it answers 429 once a caller has used up a limit; otherwise it only counts.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        port: int = 0,
        enforce_limits: bool = False,
        access_log: bool = False,
    ) -> None:
        self._snapshot = snapshot
        self._enforce_limits = enforce_limits
        self._limits = RateLimits()
        self._seen: list[SeenRequest] = []
        self._server = _Server(self, port=port, access_log=access_log)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    @property
    def requests(self) -> list[SeenRequest]:
        """What has been asked so far, in order of arrival."""
        return self._seen.copy()

    def stop(self) -> None:
        """Stop listening and hang up, also on connections that are kept alive."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, target: str, headers: Message) -> Answer:
        """Note a request and answer it; `target` is the request line's, path and query."""
        path, _, query = target.partition("?")
        authorization = headers.get("Authorization")
        self._seen.append(SeenRequest(method=method, path=path, query=query, has_token=bool(authorization)))
        caller = Caller.from_authorization(authorization)
        quota = self._limits.count(_bucket(path), authorization if caller.is_signed_in else None)
        if self._enforce_limits and quota.exceeded:
            given = refusal_answer(_too_many_requests(quota), path=path)
        else:
            if_none_match = headers.get("If-None-Match", "")
            question = Question(path=path, query=query, caller=caller, if_none_match=if_none_match)
            given = answer(self._snapshot, question)
        return Answer(status=given.status, headers={**given.headers, **quota.headers()}, body=given.body)


def _bucket(path: str) -> str:
    if is_file_path(path):
        return "resolvers"
    return "api" if path.startswith("/api/") else "pages"


def _too_many_requests(quota: Quota) -> RefusalError:
    message = (
        f"We had to rate limit you, you hit the quota of {quota.limit} {quota.bucket} requests "
        f"per 5 minutes period. Retry after {quota.reset_seconds} seconds."
    )
    return RefusalError(HTTPStatus.TOO_MANY_REQUESTS, message)


class _Server(ThreadingHTTPServer):
    """Remembers its connections, to close them when it stops."""

    request_queue_size = 128  # the default of 5 drops connections when a load test opens many at once

    def __init__(self, hub: EmbeddedHub, *, port: int, access_log: bool) -> None:
        self.hub = hub
        self.access_log = access_log
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((LOOPBACK, port), _Handler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the host's name, which can wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - typeshed's signature
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            for connection in self._connections:
                _hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        """Pass over clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "EmbeddedHub", ""
    wbufsize = -1  # head and body leave in one piece, so that no delayed acknowledgement comes between them

    def do_GET(self) -> None:
        given = self.server.hub.answer(self.command, self.path, self.headers)
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if given.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(given.body)

    do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
        if self.server.access_log:
            super().log_message(format, *args)


def main() -> None:
    """Serve until standard input ends or a signal asks to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m local.embedded.hub", description="An embedded Hugging Face Hub."
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    port: int = parser.parse_args().port
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        hub = EmbeddedHub(load_snapshot(), port=port)
    except (OSError, OverflowError) as error:
        sys.exit(f"The embedded Hub cannot listen on {LOOPBACK}:{port}: {error}")
    with hub:
        print(hub.url, flush=True)
        for _ in sys.stdin.buffer:
            pass


if __name__ == "__main__":
    main()
