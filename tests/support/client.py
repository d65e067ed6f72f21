"""An HTTP client of the local server that sends requests unchanged."""

import socket
from http.client import HTTPConnection, HTTPResponse

from local.server.server import LOOPBACK, LocalServer

_PATIENCE_SECONDS = 30


class Client:
    """Sends each request to one server over a connection of its own."""

    def __init__(self, front: LocalServer) -> None:
        self._port = front.server_port

    def request(
        self, method: str, target: str, headers: dict[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request(method, target, headers=headers or {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def raw(self, sent: bytes) -> bytes:
        """The response to bytes that no client library would send."""
        with socket.create_connection((LOOPBACK, self._port), timeout=_PATIENCE_SECONDS) as connection:
            connection.sendall(sent)
            return b"".join(iter(lambda: connection.recv(65_536), b""))
