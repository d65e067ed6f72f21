"""Responses of a loopback server that no well-behaved server sends."""

import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler

from support.loopback import Misbehave

_PAUSE_SECONDS = 0.05


class Watched:
    """A misbehaviour that records when its client has hung up."""

    def __init__(self, misbehave: Misbehave) -> None:
        self._misbehave = misbehave
        self.is_over = threading.Event()

    def __call__(self, connection: BaseHTTPRequestHandler) -> None:
        try:
            self._misbehave(connection)
        finally:
            self.is_over.set()


def silence(connection: BaseHTTPRequestHandler) -> None:
    """Send nothing until the client hangs up."""
    while connection.connection.recv(1024):
        pass


def hang_up(connection: BaseHTTPRequestHandler) -> None:
    """Read the request and hang up."""


def drip_head(connection: BaseHTTPRequestHandler) -> None:
    """Send the head a byte at a time, so that no single read times out."""
    connection.wfile.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    _drip(connection)


def drip_body(connection: BaseHTTPRequestHandler) -> None:
    _head(connection, "Content-Length: 1000000")
    _drip(connection)


def drip_chunk(connection: BaseHTTPRequestHandler) -> None:
    """Send the length of a chunk a byte at a time: the client reads a line, not a body."""
    _head(connection, "Transfer-Encoding: chunked")
    connection.wfile.write(b"5;")
    _drip(connection)


def stop_half_way(connection: BaseHTTPRequestHandler) -> None:
    _head(connection, "Content-Length: 1000")
    connection.wfile.write(b'{"id": ')
    silence(connection)


def reset_half_way(connection: BaseHTTPRequestHandler) -> None:
    _head(connection, "Content-Length: 1000")
    connection.wfile.write(b'{"id": ')
    # Closing a socket that does not linger sends a reset.
    connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.connection.close()


def half_a_gigabyte(connection: BaseHTTPRequestHandler) -> None:
    size = 500 * 1024**2
    _head(connection, f"Content-Length: {size}")
    _pour(connection, size)


def endless(connection: BaseHTTPRequestHandler) -> None:
    """Send a body without a length, which would end with the connection, but does not end."""
    _head(connection, "Connection: close")
    _pour(connection, 500 * 1024**2)


def no_http(connection: BaseHTTPRequestHandler) -> None:
    connection.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def thousand_headers(connection: BaseHTTPRequestHandler) -> None:
    _head(connection, *(f"X-Header-{number}: x" for number in range(1000)))


def _head(connection: BaseHTTPRequestHandler, *headers: str) -> None:
    lines = ("HTTP/1.1 200 OK", *headers, "", "")
    connection.wfile.write("\r\n".join(lines).encode())


def _drip(connection: BaseHTTPRequestHandler) -> None:
    while True:  # until the client hangs up, which a write then notices
        connection.wfile.write(b"x")
        time.sleep(_PAUSE_SECONDS)


def _pour(connection: BaseHTTPRequestHandler, size: int) -> None:
    chunk = b" " * 65_536
    for _ in range(size // len(chunk)):
        connection.wfile.write(chunk)
