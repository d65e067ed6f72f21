"""A real HTTP server on the loopback that answers as a test tells it to."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """An answer. `promised` is the Content-Length, where it is not the body's own."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    promised: int | None = None


# Given the connection, for answers that no well-behaved server gives.
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
def loopback(script: Script) -> Iterator[Loopback]:
    """Serve `script` on a free port."""
    seen: list[Seen] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script, seen))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    running = Loopback(url=f"http://127.0.0.1:{server.server_port}", seen=seen, stopping=threading.Event())
    try:
        yield running
    finally:
        running.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(script: Script, seen: list[Seen]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request = Seen(path=self.path, headers={k.lower(): v for k, v in self.headers.items()})
            seen.append(request)
            answer = script(request)
            if callable(answer):
                self.close_connection = True
                answer(self)
                return
            self._say(answer)

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
