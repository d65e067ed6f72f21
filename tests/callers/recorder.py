"""A Hub that keeps each request exactly as it came."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Given a path, the status and the body.
Script = Callable[[str], tuple[int, bytes]]


@dataclass(slots=True)
class Recorder:
    """A running one; its script may be exchanged."""

    port: int
    script: Script
    heads: list[bytes] = field(default_factory=list)
    """Request lines and headers, up to the empty line."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Serve on a free port."""

    class Exchange(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b"".join(iter(self.rfile.readline, b"\r\n"))
            running.heads.append(head)
            path = head.split(b" ")[1].decode("latin-1").partition("?")[0]
            status, body = running.script(path)
            start = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            self.wfile.write(start.encode() + body)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Exchange) as server:
        server.daemon_threads = True
        running = Recorder(port=server.server_address[1], script=lambda _: (404, b""))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        server.shutdown()
