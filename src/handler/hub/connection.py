"""Connections on which no answer can take longer than it is given.

A time-out of a socket begins anew with each byte, so that a server that sends one now and then would be
listened to for hours. Here somebody stands beside and shuts the socket down.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from threading import Event, Timer
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


@contextmanager
def cut_off(seconds: float, shut_down: Callable[[], object]) -> Iterator[None]:
    """Call `shut_down` once the block has taken `seconds`; then it raises `TimeoutError`, whatever it did."""
    late = Event()

    def cut() -> None:
        late.set()
        with suppress(OSError, RuntimeError, ValueError):  # the block was faster
            shut_down()

    timer = Timer(max(0.0, seconds), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if late.is_set():
            raise TimeoutError(f"not done within {seconds:.1f} s")


def _whole_head(connection: HTTPConnection) -> AbstractContextManager[None]:
    """Gives the head of an answer as long as urllib3 gives each read of it."""
    shut_down = partial(socket.socket.shutdown, connection.sock, socket.SHUT_RDWR)
    return cut_off(connection.timeout or 0, shut_down)


class _Connection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself
        with _whole_head(self):
            return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself
        with _whole_head(self):
            return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: dict[str, Any] = {"http": _Pool, "https": _TlsPool}
"""For `PoolManager.pool_classes_by_scheme`."""
