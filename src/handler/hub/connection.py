"""HTTP connections whose responses end at a hard deadline.

A socket's time-out starts again with every byte, so that a server that sends one byte now and then could
keep a reader for hours. Here each read is given only the time that is left for the whole response.
"""

import encodings.idna  # noqa: F401 - for host names; the first connection would import it otherwise
import http.client
import io
import socket
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until a deadline, a value of `time.monotonic`; then raises `TimeoutError`."""

    def __init__(self, connected: socket.socket, source: io.RawIOBase, deadline: float) -> None:
        self._socket = connected
        self._source = source
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - typeshed's buffers
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the response is not complete at its deadline")
        self._socket.settimeout(left)
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response whose head and body arrive within the time-out that its socket has at the start."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        super().__init__(sock, *args, **kwargs)
        deadline = time.monotonic() + (sock.gettimeout() or 0)
        raw: io.RawIOBase = self.fp.detach()
        self.fp = io.BufferedReader(_DeadlineReader(sock, raw, deadline))


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: dict[str, Any] = {"http": _Pool, "https": _TlsPool}
"""For `PoolManager.pool_classes_by_scheme`."""
