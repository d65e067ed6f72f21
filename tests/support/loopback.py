"""A real HTTP server on the loopback interface that answers as a test scripts it."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    head: bytes = b""
    """Request line and headers as they were sent, up to the empty line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A response. `promised` is its Content-Length, where that is not the length of the body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    promised: int | None = None


# Given the connection, for responses that no well-behaved server sends.
Misbehave = Callable[[BaseHTTPRequestHandler], None]
Script = Callable[[Seen], Say | Misbehave]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loopback:
    """A running server."""

    url: str
    seen: list[Seen]
    stopping: threading.Event
    """Set when the server ends, for misbehaviour that would go on."""


@contextmanager
def loopback(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Serve `script` on a free port, over TLS where a context is given."""
    seen: list[Seen] = []
    server = _Server(("127.0.0.1", 0), _handler(script, seen))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"{scheme}://127.0.0.1:{server.server_port}"
    running = Loopback(url=url, seen=seen, stopping=threading.Event())
    try:
        yield running
    finally:
        running.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Recorded:
    """Keeps the lines that the request parser reads."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.lines: list[bytes] = []

    def readline(self, *arguments: int) -> bytes:
        line: bytes = self._source.readline(*arguments)
        self.lines.append(line)
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def _handler(script: Script, seen: list[Seen]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.rfile: Any = _Recorded(self.rfile)

        def do_GET(self) -> None:
            lines, self.rfile.lines = self.rfile.lines, []
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(path=self.path, headers=headers, body=body, head=b"".join(lines[:-1]))
            seen.append(request)
            answer = script(request)
            if callable(answer):
                self.close_connection = True
                answer(self)
                return
            self._say(answer)

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def _say(self, answer: Say) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            length = len(answer.body) if answer.promised is None else answer.promised
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = length != len(answer.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    return Handler
