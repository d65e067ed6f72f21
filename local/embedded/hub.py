"""An embedded Hugging Face Hub: a loopback HTTP server for the models of `models.json`.

It serves model metadata and small files as huggingface.co does, including redirects, gates and rejected
tokens, so that the service runs without the internet. It holds facts collected from public model
repositories and no weights. As a program it prints its URL and serves until its standard input ends, so
that it does not outlive the process that started it:

    PYTHONPATH=src python -m local.embedded.hub --port 8090
"""

import argparse
import signal
import socketserver
import sys
import threading
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from local.embedded.hub_access import Caller
from local.embedded.hub_routes import HubRequest, respond
from local.embedded.snapshot import Snapshot, load_snapshot
from local.http_types import HttpResponse

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request that arrived, without its headers."""

    path: str
    query: str


class EmbeddedHub:
    """Listens from construction until the `with` block ends."""

    def __init__(self, snapshot: Snapshot, *, port: int = 0) -> None:
        self._snapshot = snapshot
        self._seen: list[SeenRequest] = []
        self._server = _Server(self, port=port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.is_stopped = True
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address, without a final slash."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    @property
    def requests(self) -> list[SeenRequest]:
        """All requests so far, in order of arrival."""
        return self._seen.copy()

    def respond(self, target: str, headers: Message) -> HttpResponse:
        """Record a GET request for `target`, a path with its query, and respond to it."""
        path, _, query = target.partition("?")
        self._seen.append(SeenRequest(path=path, query=query))
        caller = Caller.from_authorization(headers.get("Authorization"))
        request = HubRequest(
            path=path, query=query, caller=caller, if_none_match=headers.get("If-None-Match", "")
        )
        return respond(self._snapshot, request)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # the default of 5 drops connections when a load test opens many at once

    def __init__(self, hub: EmbeddedHub, *, port: int) -> None:
        self.hub = hub
        self.is_stopped = False
        super().__init__((LOOPBACK, port), _RequestHandler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's host name look-up, which can wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - typeshed's signature
        """Ignore clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "EmbeddedHub", ""
    wbufsize = -1  # send headers and body together, so that no delayed acknowledgement comes between them

    def do_GET(self) -> None:
        if self.server.is_stopped:  # connections that are kept alive end with the server
            self.close_connection = True
            return
        response = self.server.hub.respond(self.path, self.headers)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
        """Log nothing; the service logs its requests to the Hub."""


def main() -> None:
    """Serve until standard input ends or the process is terminated."""
    parser = argparse.ArgumentParser(
        prog="python -m local.embedded.hub", description="An embedded Hugging Face Hub."
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free port")
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
