"""The embedded hub and table as processes of their own, which end with the process that started them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit

from local.runtime.environment import isolated

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"

_STARTING_SECONDS = 60
_STOPPING_SECONDS = 5


class PartFailedError(Exception):
    """An embedded part did not start; it has said why on standard error."""


def hub_process(port: int = 0) -> AbstractContextManager[str]:
    """Run the embedded hub on `port`, or on a free one where that is taken; yields its URL."""
    return part_process("local.embedded.hub", port)


def table_process(port: int = 0) -> AbstractContextManager[str]:
    """Run the embedded table, seeded, likewise."""
    return part_process("local.embedded.table", port)


@contextmanager
def part_process(module: str, port: int = 0) -> Iterator[str]:
    """Run a part that prints its URL and serves until its standard input, held open here, ends."""
    process, url = _started(module, port)
    try:
        yield url
    finally:
        _end(process)


@contextmanager
def parts_at(hub_url: str, table_url: str) -> Iterator[None]:
    """The embedded hub and table at these addresses: started where nothing listens, else what is there."""
    with ExitStack() as stack:
        for url, part in ((hub_url, hub_process), (table_url, table_process)):
            if is_listening(url):
                print(f"Using what listens at {url} already.", file=sys.stderr)
            else:
                stack.enter_context(part(_port(url)))
        yield


def is_listening(url: str) -> bool:
    """Whether something accepts connections at the address."""
    try:
        socket.create_connection((LOOPBACK, _port(url)), timeout=1).close()
    except OSError:
        return False
    return True


def free_port(wanted: int) -> int:
    """`wanted` if it can be listened on, else 0, which lets the system choose."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError:
            return 0
    return wanted


def _port(url: str) -> int:
    parts = urlsplit(url)
    if parts.hostname != LOOPBACK or parts.port is None:
        raise PartFailedError(f"{url} is no address for an embedded part; it listens on {LOOPBACK} only.")
    return parts.port


def _started(module: str, port: int) -> tuple[subprocess.Popen[str], str]:
    """The part and its URL; on another port where somebody took the wanted one in the meantime."""
    wanted = free_port(port)
    process = _start(module, wanted)
    try:
        return process, _first_line(process, module)
    except PartFailedError:
        _end(process)
        if not wanted:
            raise
    return _started(module, 0)


def _start(module: str, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, "--port", str(port)],
        cwd=ROOT,
        env={**isolated(os.environ), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the parent alone, which ends its parts in order
    )


def _first_line(process: subprocess.Popen[str], module: str) -> str:
    assert process.stdout is not None  # noqa: S101 - piped above
    impatience = Timer(_STARTING_SECONDS, process.kill)
    impatience.start()
    try:
        line = process.stdout.readline().strip()
    finally:
        impatience.cancel()
    if not line:
        raise PartFailedError(f"{module} did not start; what it printed above says why.")
    return line


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=_STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
